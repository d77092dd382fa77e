"""Limit arithmetic: numbers in, verdict out. Knows no other app."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a limit is used. No limit is None; zero is zero."""

    used: int
    limit: int | None

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(self.limit - self.used, 0)

    @property
    def percent(self) -> int | None:
        """Share in use, rounded down so that 100 means full; a limit of zero is full."""
        if self.limit is None:
            return None
        return self.used * 100 // self.limit if self.limit else 100

    def fits(self, wanted: int = 1) -> bool:
        return self.limit is None or self.used + wanted <= self.limit

    def has_less_than(self, other: "Room") -> bool:
        """It is full before the other one is."""
        return self.left is not None and (other.left is None or self.left < other.left)


def tightest(*limits: int | None) -> int | None:
    """The limit that counts of several at once."""
    return min((limit for limit in limits if limit is not None), default=None)


def nearest_size(wanted: int, sizes: Sequence[int]) -> int | None:
    """Of rising sizes the largest that is not above the wanted one, or else the smallest."""
    below = [size for size in sizes if size <= wanted]
    return below[-1] if below else next(iter(sizes), None)


MESSAGES_PER_GB = 32_768
MOST_MESSAGES = 524_288
GB = 2**30


def message_cap(size_bytes: int, of_plan: int | None = None) -> int:
    """Most messages in a mailbox of that size: what its plan says, or else a guard against abuse.

    Zero is no figure: Dovecot takes it for no limit at all.
    """
    if of_plan:
        return of_plan
    whole_gb = max(-(-size_bytes // GB), 1)
    return min(whole_gb * MESSAGES_PER_GB, MOST_MESSAGES)
