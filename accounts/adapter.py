from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.services import open_invitation


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Who may sign up: everybody or, when sign-up is closed, only whom a colleague invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_OPEN or bool(open_invitation(request.session.get("invitation")))
