import re
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import Account, Role, Suspension, User
from kuploy.errors import Refused
from kuploy.mail import RecipientField

LONGEST_NAME = 120
# Control characters, and those that turn the direction of what follows.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class NameField(forms.CharField):
    """The name of an account, on one line: it stands in mail to people who do not know it."""

    def to_python(self, value: Any) -> str:
        name = " ".join(str(super().to_python(value)).split())
        if UNSEEN.search(name):
            raise ValidationError(_("Leave out the characters that cannot be seen."))
        return name


class SignupForm(forms.Form):
    """What allauth asks a newcomer besides address and password."""

    organisation = NameField(
        label=_("Organisation"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("The name of your account; you can change it later."),
    )
    field_order = ["organisation", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Open an account, unless the newcomer comes to join a colleague's."""
        if not services.open_invitation(request.session.get("invitation")):
            if not settings.SIGNUP_OPEN:
                raise Refused(_("The invitation was withdrawn or used meanwhile."))
            name = self.cleaned_data["organisation"] or user.email.split("@")[0][:LONGEST_NAME]
            services.open_account(name=name, owner=user)


def ids_of_domains(account: Account, typed: str) -> list[UUID]:
    """The ids of the names typed, which must be the account's own."""
    names = set(typed.lower().replace(",", " ").split())
    known = dict(account.domains.filter(name__in=names).values_list("name", "pk"))
    if missing := sorted(names - known.keys()):
        raise ValidationError(
            _("This account has no domain %(names)s."), params={"names": ", ".join(missing)}
        )
    return list(known.values())


class SeatForm(forms.Form):
    """A role and, for a postmaster, the domains that go with it."""

    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=int)
    domains = forms.CharField(
        label=_("Domains"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For a postmaster: the domains to look after, one on each line."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_domains(self) -> list[UUID]:
        return ids_of_domains(self.account, self.cleaned_data["domains"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.POSTMASTER and cleaned.get("domains") == []:
            self.add_error("domains", _("Name at least one domain for a postmaster."))
        return cleaned


class InvitationForm(SeatForm):
    email = RecipientField(label=_("E-mail address"))
    field_order = ["email", "role", "domains"]


class AccountForm(forms.Form):
    name = NameField(label=_("Name"), max_length=LONGEST_NAME)
    blocked_return = forms.BooleanField(
        label=_("Blocked mailboxes come back by themselves"),
        required=False,
        help_text=_("As soon as the plan has room, the oldest first. Else it takes a click."),
    )


LEFT = {
    Suspension.NO_SENDING: _("Cannot send: mail comes in and can be read"),
    Suspension.NO_SIGN_IN: _("Cannot sign in: mail comes in, nobody reads it, nothing is sent"),
    Suspension.NO_MAIL: _("Receives nothing: mail is refused as well; what is there stays"),
}


class SuspensionForm(forms.Form):
    """How far, and why: for those who may suspend."""

    level = forms.TypedChoiceField(
        label=_("Step"), choices=list(LEFT.items()), coerce=int, initial=Suspension.NO_SENDING
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300,
        help_text=_("Its people read it, in the panel and in a message."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, step: int = 0, reason: str = "") -> None:
        """With what is placed already, so that it can be moved."""
        super().__init__(data, initial={"level": step or Suspension.NO_SENDING, "reason": reason})
