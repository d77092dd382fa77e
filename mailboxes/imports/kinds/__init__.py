"""What each kind of row means: one module a kind, all with the same five names."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from accounts.room import Countable
from mailboxes.imports.kinds import aliases, boxes, domains, mirrors
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, to_do
from mailboxes.imports.models import Kind


class Maker(Protocol):
    COUNTS: Countable
    # What a domain has left of its own, and what refuses more than that.
    ROOM: DomainRoom | None

    def clean(self, row: Row, place: Place) -> None:
        """What the row says by itself; its faults are noted in it."""

    def compare(self, rows: Sequence[Row], place: Place) -> None:
        """What is to become of each, as things stand; asks the database once for all."""

    def prepare(self, rows: Sequence[Row]) -> None:
        """What takes long, done before anything is locked."""

    def make(self, rows: Sequence[Row], place: Place, fits: int | None) -> None:
        """Make them, in the caller's transaction, under the account's lock."""


MAKERS: Mapping[str, Maker] = {
    Kind.DOMAIN: domains,
    Kind.ALIAS_DOMAIN: mirrors,
    Kind.MAILBOX: boxes,
    Kind.ALIAS: aliases,
}

__all__ = ["MAKERS", "Maker", "Place", "Row", "State", "to_do"]
