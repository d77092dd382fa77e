"""The only code that turns an id from a URL into a row of accounts."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Account, Invitation, Membership, Token, branded
from accounts.roles import Act


def get_seat(account: Account, pk: int) -> Membership:
    return get_object_or_404(account.memberships.select_related("user", "account"), pk=pk)


def get_invitation(account: Account, pk: UUID) -> Invitation:
    return get_object_or_404(account.invitations, pk=pk, accepted_at=None)


def get_token(account: Account, pk: UUID) -> Token:
    return get_object_or_404(account.tokens, pk=pk)


def seat_at_client(seat: Membership, typed: str) -> Membership:
    """What a seat at a reseller may do in the account of that client.

    As in the panel, who has a seat of the own there acts with that one.
    """
    if not (seat.account.is_reseller and seat.allows(Act.EDIT_CLIENTS)):
        raise Http404
    try:
        pk = UUID(typed)
    except ValueError:
        raise Http404 from None
    clients = seat.account.clients.filter(removed_at=None)
    client = get_object_or_404(clients.select_related("plan", *branded()), pk=pk)
    own = client.memberships.filter(user=seat.user).first()
    return own or Membership.lent(seat.user, client, seat.role, as_reseller=True)
