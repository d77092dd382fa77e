"""How much of its plan an account uses, by name, and what is left: shown before each act."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.room import Countable, rooms_for
from quotas.limits import Room


@dataclass(frozen=True, slots=True)
class Share:
    """How much of its plan an account uses of one thing; a reseller with its clients."""

    name: str
    room: Room
    own: int
    # For a client: what its reseller's plan holds.
    pool: Room | None

    @property
    def by_clients(self) -> int:
        return self.room.used - self.own

    @property
    def pool_is_tighter(self) -> bool:
        """The account's own plan promises more than its reseller has."""
        return self.pool is not None and self.pool.has_less_than(self.room)


def shares_of(account: Account, *wanted: Countable) -> list[Share]:
    """Of all that is counted, or of what is wanted."""
    names = {
        Countable.DOMAIN: _("Domains"),
        Countable.MAILBOX: _("Mailboxes"),
        Countable.ALIAS: _("Aliases"),
    }
    kinds = wanted or tuple(names)
    rooms = rooms_for(account, *kinds)
    pools = rooms_for(account.reseller, *kinds) if account.reseller else {}
    return [
        Share(names[what], rooms[what], getattr(account, f"{what}_count"), pools.get(what))
        for what in kinds
    ]


def share_of(account: Account, what: Countable) -> Share:
    return shares_of(account, what)[0]
