from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from domains import addresses
from mailboxes import passwords
from mailboxes.elsewhere_forms import ElsewhereForm
from mailboxes.forms import LanguageField, PasswordForm
from mailboxes.models import Mailbox


class TypedAddress(forms.CharField):
    """As mailboxes are stored; what is no address belongs to nobody, which the sign-in says."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value))
        try:
            return addresses.parse(typed)
        except ValidationError:
            return typed


class SignInForm(forms.Form):
    address = TypedAddress(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("The one that your mail program uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgotForm(forms.Form):
    address = TypedAddress(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class InvitedForm(PasswordForm):
    """The first password, by the link of an invitation."""

    for_recovery = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, invited_at: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["for_recovery"].label = _(
            "Write to %(address)s when I have lost the password"
        ) % {"address": invited_at}


class AsksOldPassword(forms.Form):
    """An open page must not be enough to lock its owner out."""

    mailbox: Mailbox
    old_password = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_old_password(self) -> str:
        typed = str(self.cleaned_data["old_password"])
        if not passwords.matches(typed, self.mailbox.password_hash):
            raise ValidationError(_("This is not the current password."))
        return typed


class OwnPasswordForm(AsksOldPassword, PasswordForm):
    field_order = ["old_password", "password"]


class RecoveryForm(AsksOldPassword, ElsewhereForm):
    field_order = ["address", "old_password"]

    def __init__(self, data: Any = None, *, mailbox: Mailbox, address: str) -> None:
        super().__init__(data, mailbox=mailbox, initial={"address": address}, prefix="recovery")
        self.fields["address"].required = False
        self.fields["address"].help_text = _("Leave it empty to have none.")


class LanguageForm(forms.Form):
    language = LanguageField()

    def __init__(self, data: Any = None, *, mailbox: Mailbox) -> None:
        super().__init__(data, initial={"language": mailbox.language})
        self.fields["language"].help_text = _("In which you are written to.")
        self.fields["language"].empty_value = mailbox.language  # type: ignore[attr-defined]
