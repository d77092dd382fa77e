"""What people do with the tokens by which programs use the API."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account, Membership, Token, User
from accounts.models.tokens import PREFIX, digest_of
from kuploy.errors import Refused

TOKENS_PER_ACCOUNT = 50


class MadeAlready(Exception):
    """The same form came twice."""


@transaction.atomic
def make_token(
    *, account: Account, maker: User, pk: UUID, name: str, scopes: Sequence[str],
    domain_ids: Sequence[UUID], networks: Sequence[str], expires_at: datetime | None, actor: Actor,
) -> tuple[Token, str]:  # fmt: skip
    """A new token that acts for its maker, with the secret, which nobody sees again."""
    # Locked: of two clicks at once, the second counts the token of the first.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if Token.objects.filter(pk=pk).exists():
        raise MadeAlready
    if account.tokens.count() >= TOKENS_PER_ACCOUNT:
        raise Refused(
            _("An account has %(most)d tokens at most. Revoke one first.")
            % {"most": TOKENS_PER_ACCOUNT}
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        pk=pk, account=account, user=maker, name=name, digest=digest_of(secret),
        hint=secret[-4:], scopes=list(scopes), domain_ids=list(domain_ids),
        networks=list(networks), expires_at=expires_at,
    )  # fmt: skip
    audit(actor, "token.made", token, scopes=list(scopes))
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, actor: Actor) -> None:
    """No call gets in with it from now on."""
    audit(actor, "token.revoked", token)
    token.delete()


def end_with(seat: Membership) -> None:
    """What somebody made goes with the seat, also in a reseller's clients: nobody who comes back
    finds it working again."""
    made = Token.objects.filter(user=seat.user_id)
    made.filter(account=seat.account_id).delete()
    made.filter(account__reseller=seat.account_id).delete()
