"""Apart from forms.py, which allauth itself imports while its own forms are being made."""

from allauth.account.forms import AddEmailForm
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest


class ChangeEmailForm(AddEmailForm):  # type: ignore[misc]
    @transaction.atomic
    def save(self, request: HttpRequest) -> EmailAddress:
        """A mistyped address that was never confirmed gives way to the right one at once."""
        address = super().save(request)
        self.user.refresh_from_db(fields=["email"])
        if not self.user.email:
            self.user.email = address.email
            self.user.save(update_fields=["email"])
        return address
