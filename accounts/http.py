"""The guard of every tenant page: who may come in, and with which role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.audit import Actor
from accounts.features import Feature, left_out
from accounts.models import Account, Membership, User
from accounts.roles import Act

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request that the guard let in. A service account comes in without being a user."""

    user: User | AnonymousUser
    htmx: HtmxDetails
    account: Account
    membership: Membership
    actor: Actor


def member(act: Act) -> Callable[[View], View]:
    """Let in members of the account in the URL who may do that: stranger 404, too small 403."""
    return _guard(act, anyone)


def hosting(act: Act) -> Callable[[View], View]:
    """As member(), and only where the plan includes e-mail hosting."""
    return _guard(act, who_hosts)


def migrating(act: Act) -> Callable[[View], View]:
    """As hosting(), and only where the plan includes moving mail in from elsewhere."""
    return _guard(act, who_migrates)


def importing(act: Act) -> Callable[[View], View]:
    """As hosting(), and only where the plan includes imports."""
    return _guard(act, who_imports)


def selling(act: Act) -> Callable[[View], View]:
    """As member(), and only in the account of a reseller: elsewhere there is no such page."""
    return _guard(act, who_sells)


def automating(act: Act) -> Callable[[View], View]:
    """As member(), and only where the plan includes the API."""
    return _guard(act, who_automates)


def visiting(view: View) -> View:
    """Below one of the above: only for the account's reseller. Its own people have no such page."""

    @wraps(view)
    def only_its_reseller(request: MemberRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.membership.as_reseller:
            raise Http404
        return view(request, **kwargs)

    return only_its_reseller


def _guard(act: Act, check: Callable[[Account], None]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, account: str, **kwargs: Any) -> HttpResponseBase:
            seat = seat_of(request, account)
            if seat is None and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            _admit(request, seat, act, check)
            return view(request, **kwargs)

        guarded.act, guarded.check = act, check  # type: ignore[attr-defined]
        return guarded

    return decorate


def anyone(account: Account) -> None:
    pass


def who_hosts(account: Account) -> None:
    if not account.plan.email_hosting:
        raise PermissionDenied(left_out(account, Feature.HOSTING))


def who_automates(account: Account) -> None:
    if not account.plan.api:
        raise PermissionDenied(left_out(account, Feature.API))


def who_migrates(account: Account) -> None:
    who_hosts(account)
    if not account.plan.migration:
        raise PermissionDenied(left_out(account, Feature.MIGRATION))


def who_imports(account: Account) -> None:
    who_hosts(account)
    if not account.plan.imports:
        raise PermissionDenied(left_out(account, Feature.IMPORTS))


def who_sells(account: Account) -> None:
    if not account.is_reseller:
        raise Http404


def seat_of(request: Any, slug: str) -> Membership | None:
    """The person's; where there is none, that of the service account that is signed in as well."""
    user = request.user
    own = Membership.objects.admitting(user, slug) if isinstance(user, User) else None
    return own or service_seat(request, slug)


def service_seat(request: Any, slug: str = "") -> Membership | None:
    """The seat of postmaster@, when its mailbox is signed in and that account is the one."""
    seat: Membership | None = request.service_seat()
    ours = seat and seat.account.removed_at is None and slug in ("", seat.account.slug)
    return seat if ours else None


def _admit(
    request: Any, membership: Membership | None, act: Act, check: Callable[[Account], None]
) -> None:
    if membership is None:
        raise Http404
    account = membership.account
    # Before all refusals: their pages, too, go by the name that the account knows.
    request.goes_by = account
    if not membership.allows(act):
        raise PermissionDenied(_("Your role in this account does not allow this."))
    check(account)
    request.membership, request.account = membership, account
    reseller = account.reseller if membership.as_reseller else None
    request.actor = Actor(
        account,
        None if membership.service else request.user,
        get_adapter().get_client_ip(request),
        mailbox=membership.service,
        reseller=reseller.name if reseller else "",
    )
