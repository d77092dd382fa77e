"""How much of its plan an account uses, by name."""

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

    @property
    def by_clients(self) -> int:
        return self.room.used - self.own


def shares_of(account: Account) -> list[Share]:
    names = {
        Countable.DOMAIN: _("Domains"),
        Countable.MAILBOX: _("Mailboxes"),
        Countable.ALIAS: _("Aliases"),
    }
    rooms = rooms_for(account, *names)
    return [Share(names[what], rooms[what], getattr(account, f"{what}_count")) for what in names]
