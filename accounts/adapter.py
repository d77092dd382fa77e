from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.services import open_invitation
from kuploy.crypto import decrypt, encrypt


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The panel's rules for allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """When sign-up is closed, only whom a colleague invited."""
        return settings.SIGNUP_OPEN or bool(open_invitation(request.session.get("invitation")))

    def set_password(self, user: User, password: str) -> None:
        """Whoever knew the old one must not keep a link that changes the address."""
        super().set_password(user, password)
        EmailAddress.objects.filter(user=user, verified=False, primary=False).delete()

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _public(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        return _public(super().get_email_confirmation_url(request, emailconfirmation))


def _public(url: str) -> str:
    """A mailed link leads to the panel, whatever host and port the request named."""
    return f"{settings.BASE_URL}{urlsplit(url).path}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text.encode()).decode()
