"""Figures of the provider's start page: each app offers its own, and none counts a whole table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

# Nobody reads further: more than this is "1000+".
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the list behind it."""

    label: Any
    count: int
    link: str
    # Somebody should look when it is not zero.
    alarming: bool = False

    def __str__(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)

    @property
    def alarms(self) -> bool:
        return self.alarming and self.count > 0


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one kind of worker. The messages are only nudges, the rows are the truth."""

    name: str
    rows: Sequence[Figure] = field(default_factory=list)
    # Rows that have been due for long.
    late: Figure | None = None


def counted(rows: "QuerySet[Any]") -> int:
    """How many, and no more than MOST_COUNTED are looked at."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def list_of(name: str, **chosen: str | int) -> str:
    """The address of a list of the admin, with its filters."""
    url = reverse(f"admin:{name}_changelist")
    return f"{url}?{urlencode(chosen)}" if chosen else url
