"""Whose name a page or a message goes by."""

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.models import Account, Branding, Invitation, User
from kuploy.brand import Brand, provider


def of_account(account: Account) -> Brand:
    """Its reseller's, or its own where it is one; see `branded` for what to select with it."""
    holder = account.reseller or account
    branding: Branding | None = getattr(holder, "branding", None)
    return branding.brand if branding and holder.is_reseller else provider()


def of_person(user: User) -> Brand:
    """That of the only seller of all accounts the person is in, or is invited to; else ours.

    Whoever holds the host name in a link could read what comes by it: a password that opens
    other accounts as well, or the admin, is never reset there.
    """
    if user.is_staff:
        return provider()
    seats = Account.objects.filter(memberships__user=user)
    return _of_only_seller(seats) or _of_only_seller(_inviting(user)) or provider()


def _inviting(user: User) -> QuerySet[Account]:
    if user.memberships.exists():
        return Account.objects.none()
    asked = Invitation.objects.open().filter(email__iexact=user.email)
    return Account.objects.filter(pk__in=asked.values("account"))


def _of_only_seller(accounts: QuerySet[Account]) -> Brand | None:
    sellers = accounts.values_list(Coalesce("reseller", "pk"), flat=True).distinct()[:2]
    match list(sellers):
        case [seller]:
            return _first(Branding.objects.filter(account=seller))
    return None


def of_host(host: str) -> Brand | None:
    """That of the reseller whose clients sign in under this name."""
    return _first(Branding.objects.filter(host=host))


def _first(found: QuerySet[Branding]) -> Brand | None:
    branding = found.filter(account__kind=Account.Kind.RESELLER).first()
    return branding.brand if branding else None


def of_place(request: HttpRequest) -> Brand | None:
    """By what the page is about, or else by its host name; asks the database nothing."""
    account: Account | None = getattr(request, "goes_by", None)
    return of_account(account) if account else getattr(request, "host_brand", None)


def of_request(request: HttpRequest) -> Brand:
    """As of_place; on other pages of ours, by who has signed in."""
    if found := of_place(request):
        return found
    user = getattr(request, "user", None)
    return of_person(user) if isinstance(user, User) else provider()
