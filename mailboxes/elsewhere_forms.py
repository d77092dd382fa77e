"""What is typed about another address of a mailbox's user: links go there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from domains import addresses
from kuploy.errors import Refused
from kuploy.mail import LONGEST_ADDRESS
from mailboxes import recovery
from mailboxes.forms import MailboxForm
from mailboxes.models import Mailbox


class OneAddressField(forms.CharField):
    """One address, here or elsewhere."""

    widget = forms.EmailInput(attrs={"autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **kwargs)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        return addresses.parse(typed) if typed else ""


def check_elsewhere(form: forms.Form, name: str, mailbox_address: str) -> None:
    """Say beside the field NAME when mail to the address in it ends up in the mailbox itself."""
    try:
        recovery.check_elsewhere(mailbox_address, form.cleaned_data[name])
    except Refused as error:
        form.add_error(name, str(error))


class ElsewhereForm(forms.Form):
    address = OneAddressField(label=_("Address"))

    def __init__(self, *args: Any, mailbox: Mailbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mailbox = mailbox

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("address"):
            check_elsewhere(self, "address", self.mailbox.address)
        return cleaned


class NewMailboxForm(MailboxForm):
    """With a password, or with an address at which the user is asked to choose one."""

    invite_to = OneAddressField(
        label=_("Invite the user at"),
        required=False,
        help_text=_(
            "Instead of a password: a link to choose one goes to this other address of the user. "
            "Until it is used, nobody can sign in, and mail arrives."
        ),
    )
    recovery_address = OneAddressField(
        label=_("Recovery address"),
        required=False,
        help_text=_("Where the user gets a link when the password is lost, once confirmed there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False
        self.fields["password"].help_text = _(
            "At least 8 characters, for IMAP and SMTP. Leave it empty to invite the user."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.data.get("password") and self.data.get("invite_to"):
            self.add_error("invite_to", _("A password and a link are too many: choose one."))
        elif not self.data.get("password") and not self.data.get("invite_to"):
            self.add_error("password", _("Type a password, or an address to invite the user at."))
        domain = cleaned.get("domain")
        address = f"{cleaned.get('local_part', '')}@{domain.name if domain else ''}"
        for name in ("invite_to", "recovery_address"):
            if cleaned.get(name):
                check_elsewhere(self, name, address)
        return cleaned
