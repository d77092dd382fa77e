"""What the lines of a month add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol

from django.db.models import Sum

from plans.models import LineQuerySet


class Priced(Protocol):
    """A line, or a charge; without a price there is no amount."""

    @property
    def band_gb(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def price(self) -> Decimal | None: ...
    @property
    def mailbox_days(self) -> int: ...
    @property
    def amount(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Charge:
    """Lines of one band at one price."""

    band_gb: int
    currency: str
    price: Decimal | None
    mailbox_days: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum for each currency; what has no price is in none of them."""

    amounts: list[tuple[str, Decimal]]
    mailbox_days: int
    unpriced_days: int


@dataclass(frozen=True, slots=True)
class Band:
    band_gb: int
    charges: list[Charge]
    total: Total


def charges(lines: LineQuerySet, whose: str = "") -> list[Charge]:
    """By band and price: the account's own, or those whose names begin with "reseller_", ..."""
    return [charge for _key, charge in charges_by("band_gb", lines, whose)]


def charges_by(key: str, lines: LineQuerySet, whose: str) -> list[tuple[Any, Charge]]:
    """The same apart for each value of that column."""
    columns = (key, "band_gb", "currency", f"{whose}price")
    rows = lines.order_by().values_list(*columns).order_by(*columns)
    rows = rows.annotate(days=Sum("mailbox_days"), paid=Sum(f"{whose}amount"))
    return [(value, Charge(*row)) for value, *row in rows]


def total(rows: Iterable[Priced]) -> Total:
    amounts: dict[str, Decimal] = {}
    days = unpriced = 0
    for row in rows:
        days += row.mailbox_days
        if row.amount is None:
            unpriced += row.mailbox_days
        else:
            amounts[row.currency] = amounts.get(row.currency, Decimal()) + row.amount
    return Total(sorted(amounts.items()), days, unpriced)


def by_band(rows: list[Charge]) -> list[Band]:
    return [
        Band(band, found, total(found))
        for band, group in groupby(rows, lambda row: row.band_gb)
        for found in [list(group)]
    ]
