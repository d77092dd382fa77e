"""The guard of every tenant page: who may come in, and with which role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.audit import Actor
from accounts.models import Account, Membership, Role, User

View = Callable[..., HttpResponse]


class MemberRequest(HttpRequest):
    """A request that the guard let in."""

    user: User
    htmx: HtmxDetails
    account: Account
    membership: Membership
    actor: Actor


def member(role: Role) -> Callable[[View], View]:
    """Let in members of the account in the URL who hold that role: stranger 404, too small 403."""
    return _guard(role, hosting=False)


def hosting(role: Role) -> Callable[[View], View]:
    """As member(), and only where the plan includes e-mail hosting."""
    return _guard(role, hosting=True)


def _guard(role: Role, *, hosting: bool) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, account: str, **kwargs: Any) -> HttpResponse:
            _admit(request, account, role)
            if hosting and not request.account.plan.email_hosting:  # type: ignore[attr-defined]
                raise PermissionDenied(_hosting_is_off())
            return view(request, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate


def _admit(request: Any, slug: str, role: Role) -> None:
    membership = Membership.objects.admitting(request.user, slug)
    if membership is None:
        raise Http404
    if membership.role < role:
        raise PermissionDenied(_("Your role in this account does not allow this."))
    request.membership = membership
    request.account = membership.account
    request.actor = Actor(membership.account, request.user, get_adapter().get_client_ip(request))


def _hosting_is_off() -> str:
    return _("E-mail hosting is not part of your plan. Contact your administrator to add it.")
