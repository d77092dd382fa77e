"""The only code that turns an id from a URL into a row of accounts."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import Account, Invitation, Membership


def get_seat(account: Account, pk: int) -> Membership:
    return get_object_or_404(account.memberships.select_related("user", "account"), pk=pk)


def get_invitation(account: Account, pk: UUID) -> Invitation:
    return get_object_or_404(account.invitations, pk=pk, accepted_at=None)
