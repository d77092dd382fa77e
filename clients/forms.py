"""What a reseller types about a client, cleaned."""

from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import NameField
from accounts.models import Account, Plan
from kuploy.mail import RecipientField


class OwnerForm(forms.Form):
    """Who gets the invitation to own a client's account."""

    email = RecipientField(
        label=_("Owner’s e-mail address"),
        help_text=_("A link goes there, good for seven days, with which the owner signs up."),
    )


class PlanField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A plan by its name and what it holds."""

    def label_from_instance(self, plan: Plan) -> str:
        holds = [
            (plan.domain_limit, ngettext("%(n)s domain", "%(n)s domains", plan.domain_limit or 0)),
            (
                plan.mailbox_limit,
                ngettext("%(n)s mailbox", "%(n)s mailboxes", plan.mailbox_limit or 0),
            ),
        ]
        said = [words % {"n": intcomma(limit)} for limit, words in holds if limit is not None]
        return f"{plan.name}: {', '.join(said)}" if said else plan.name


class ClientForm(OwnerForm):
    """A new client: its name, its first owner, and a plan of the reseller's."""

    name = NameField(label=_("Name"), max_length=120)
    plan = PlanField(Plan.objects.none(), label=_("Plan"), empty_label=None)
    field_order = ["name", "email", "plan"]

    def __init__(self, *args: Any, reseller: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reseller = reseller
        self.fields["plan"].queryset = Plan.objects.offered_by(reseller)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if self.reseller.clients.named(name).exists():
            raise ValidationError(
                _("You have a client %(name)s already. Choose another name."),
                params={"name": name},
            )
        return name
