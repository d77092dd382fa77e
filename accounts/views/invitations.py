"""The page behind the link in an invitation; open to people without an account."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User


def accept(request: HttpRequest, token: str) -> HttpResponse:
    invitation = services.find_invitation(token)
    request.goes_by = invitation.account  # type: ignore[attr-defined]
    # Lets the newcomer sign up without an account of their own, even when sign-up is closed.
    request.session["invitation"] = str(invitation.pk)
    if request.method != "POST" or not isinstance(request.user, User):
        return render(request, "accounts/invitation.html", {"invitation": invitation})
    ip = get_adapter().get_client_ip(request)
    services.accept_invitation(invitation=invitation, user=request.user, ip=ip)
    del request.session["invitation"]
    messages.success(request, _("Welcome to %(account)s.") % {"account": invitation.account.name})
    return redirect(invitation.account)
