"""Limit arithmetic: numbers in, verdict out. Knows no other app."""

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


MESSAGES_PER_GB = 32_768
MOST_MESSAGES = 524_288
GB = 2**30


def message_cap(size_bytes: int) -> int:
    """Most messages in a mailbox of that size: a guard against abuse, not a product."""
    whole_gb = max(-(-size_bytes // GB), 1)
    return min(whole_gb * MESSAGES_PER_GB, MOST_MESSAGES)
