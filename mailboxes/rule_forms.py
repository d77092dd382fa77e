"""What is typed about forwarding and auto-reply."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField
from mailboxes.forms import AddressesField
from mailboxes.models import MailRules
from mailboxes.sieve import DAYS_BETWEEN_REPLIES


class ForwardingForm(forms.Form):
    forward_to = AddressesField(
        label=_("Forward to"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    keep_copy = forms.BooleanField(
        label=_("Keep a copy here"),
        required=False,
        help_text=_("Without it, forwarded mail does not stay in this mailbox."),
    )

    def __init__(self, data: Any = None, *, rules: MailRules) -> None:
        initial = {"forward_to": "\n".join(rules.forward_to), "keep_copy": rules.keep_copy}
        super().__init__(data, initial=initial)
        self.fields["forward_to"].help_text = _(
            "Up to %(most)d addresses, one on each line. Leave it empty to forward nothing."
        ) % {"most": settings.FORWARDING_TARGETS}


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class AutoReplyForm(forms.Form):
    on = forms.BooleanField(
        label=_("Answer mail automatically"),
        required=False,
        help_text=_(
            "Each sender gets it once in %(days)d days. Mailing lists and machines get none, nor "
            "does mail to an address that others read too."
        )
        % {"days": DAYS_BETWEEN_REPLIES},
    )
    subject = NameField(label=_("Subject"), max_length=120)
    text = forms.CharField(
        label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
    first_day = day_field(_("First day"))
    last_day = day_field(_("Last day"))

    def __init__(self, data: Any = None, *, rules: MailRules) -> None:
        initial = {name: getattr(rules, f"reply_{name}") for name in self.base_fields}
        super().__init__(data, initial=initial)
        self.fields["last_day"].help_text = _("Both days included, as they are counted in UTC.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if last and first and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        elif last and cleaned.get("on") and last < timezone.now().date():
            self.add_error("last_day", _("This day has passed."))
        return cleaned
