from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import brands
from accounts.context import words_of
from accounts.models import User
from accounts.services import open_invitation
from kuploy.brand import Brand, moved_to
from kuploy.crypto import decrypt, encrypt
from kuploy.errors import Refused
from kuploy.mail import check_recipient


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The panel's rules for allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """When sign-up is closed, and under a reseller's name, only whom a colleague invited."""
        brand = brands.of_request(request)
        open_to_all = settings.SIGNUP_OPEN and not brand.white_label
        return open_to_all or bool(open_invitation(request.session.get("invitation")))

    def clean_email(self, email: str) -> str:
        check_recipient(email)
        return email

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        """The provider's people sign in under its own name alone: whoever holds another one could
        use their session in the admin."""
        if user.is_staff and getattr(request, "host_brand", None):
            raise Refused(
                _("You work for the provider: sign in at %(address)s.")
                % {"address": settings.BASE_URL}
            )
        response: HttpResponse | None = super().pre_login(request, user, **hooks)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Whoever knew the old one must not keep a link that changes the address."""
        super().set_password(user, password)
        EmailAddress.objects.filter(user=user, verified=False, primary=False).delete()

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """In the name that the person knows, with links to the host name of that."""
        brand = _brand_of(email, context)
        links = {name: moved_to(brand, context[name]) for name in context if name.endswith("_url")}
        context = {**context, **links, **words_of(brand)}
        message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        message.from_email = brand.from_email
        return message


def _brand_of(email: str, context: dict[str, Any]) -> Brand:
    """The person's, never that of the host name asked under, unless nobody is known by EMAIL."""
    known = context.get("user") or User.objects.filter(email__iexact=email).first()
    return brands.of_person(known) if known else brands.of_request(context["request"])


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted at rest."""

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows beside the code."""
        return brands.of_request(context.request).name

    def encrypt(self, text: str) -> str:
        return encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text.encode()).decode()
