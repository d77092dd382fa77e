from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts import services
from accounts.admin.base import LeanAdmin, actor_of, by_choice, holding, links
from accounts.admin.many import Many, many
from accounts.admin.suspension import FIELDS, SuspensionFilter, acts, suspended
from accounts.audit import Actor
from accounts.forms import NameField
from accounts.models import Account, Plan, Role
from kuploy.errors import Refused
from kuploy.figures import list_of
from kuploy.mail import RecipientField
from mailboxes.suspension import resume_account, suspend_account
from plans import moving
from plans.admin.forms import ServiceForm
from plans.removal import remove_account

BELONGINGS = (
    ("domains_domain", _("Domains")),
    ("mailboxes_mailbox", _("Mailboxes")),
    ("mailboxes_alias", _("Aliases")),
    ("accounts_membership", _("People")),
    ("accounts_invitation", _("Invitations")),
    ("notifications_alert", _("Alerts")),
    ("notifications_channel", _("Channels")),
    ("accounts_auditevent", _("What was done")),
)


class AccountForm(ServiceForm):
    name = NameField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget)

    def act(self) -> None:
        typed = self.cleaned_data
        if self.instance._state.adding:
            made = services.create_account(**typed, actor=self.actor)
            self.instance = made
            return
        self._change({name: typed[name] for name in self.changed_data})

    def _change(self, typed: dict[str, Any]) -> None:
        account, actor = Account.objects.get(pk=self.instance.pk), self.actor
        if "name" in typed:
            services.rename_account(account=account, name=typed["name"], actor=actor)
        if "kind" in typed:
            services.change_kind(account=account, kind=typed["kind"], actor=actor)
        if "reseller" in typed:
            services.assign_reseller(
                account=account, reseller=typed["reseller"], next_plan=typed.get("plan"),
                actor=actor,
            )  # fmt: skip
        if "plan" in typed:
            # As it is now: a move refuses an account whose reseller changed since it was read.
            account.refresh_from_db()
            moving.move(account=account, plan=typed["plan"], block_excess=False, actor=actor)


class MoveForm(forms.Form):
    plan = forms.ModelChoiceField(
        Plan.objects.filter(retired_at=None),
        label=_("Plan"),
        widget=AutocompleteSelect(Account._meta.get_field("plan"), admin.site),
    )
    block_excess = forms.BooleanField(
        label=_("Block the excess"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("Mailboxes beyond the plan, the newest first. They keep their mail."),
    )  # fmt: skip


def _move(account: Account, actor: Actor, plan: Plan, block_excess: bool) -> None:
    moving.move(account=account, plan=plan, block_excess=block_excess, actor=actor)


class OwnerForm(forms.Form):
    email = RecipientField(label=_("E-mail address"), widget=UnfoldAdminEmailInputWidget)


def _invite_owner(account: Account, actor: Actor, email: str) -> None:
    services.invite(account=account, email=email, role=Role.OWNER, domain_ids=[], actor=actor)


class RemovalForm(forms.Form):
    name = forms.CharField(
        label=_("Type the name to confirm"), max_length=120, widget=UnfoldAdminTextInputWidget,
        help_text=_("All domains and all mail of the account go, and cannot be brought back."),
    )  # fmt: skip


def _remove(account: Account, actor: Actor, name: str) -> None:
    if name.strip().casefold() != account.name.casefold():
        raise Refused(gettext("This is not its name. Nothing was removed."))
    remove_account(account=account, actor=actor)


@admin.register(Account)
class AccountAdmin(LeanAdmin):
    form = AccountForm
    list_display = (
        "name", "slug", "kind", "reseller", "plan", suspended, "domain_count", "mailbox_count",
    )  # fmt: skip
    list_filter = (by_choice("kind"), SuspensionFilter)
    list_select_related = ("reseller", "plan")
    search_fields = ("name", "slug")
    search_help_text = _("Part of a name")
    ordering = ("slug",)
    fields = (
        "name", "slug", "kind", "reseller", "plan", *FIELDS, "holds", "created_at", "removed_at",
    )  # fmt: skip
    readonly_fields = ("slug", *FIELDS, "holds", "created_at", "removed_at")
    autocomplete_fields = ("reseller", "plan")
    actions = many(
        Many("move", _("Move to a plan"), _move, MoveForm),
        *acts("account", suspend_account, resume_account),
        Many("invite_owner", _("Invite an owner"), _invite_owner, OwnerForm),
        Many("remove", _("Remove with all mail"), _remove, RemovalForm),
    )

    def find(self, term: str) -> Q:
        return holding("name", term, ignoring_case=True) | Q(slug__startswith=term.lower())

    def actor_for(self, request: HttpRequest, row: Any) -> Actor:
        return actor_of(request, row)

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        form = super().get_form(request, obj, **options)
        form.actor = actor_of(request, obj)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's services have done it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("holds"))
    def holds(self, account: Account) -> str:
        """Links to the lists of what belongs to it."""
        counts = {
            "domains_domain": account.domain_count,
            "mailboxes_mailbox": account.mailbox_count,
            "mailboxes_alias": account.alias_count,
        }
        return links(
            (f"{label}: {counts[name]}" if name in counts else label,
             list_of(name, account__id__exact=str(account.pk)))
            for name, label in BELONGINGS
        )  # fmt: skip
