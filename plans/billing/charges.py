"""What the lines of a month add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Protocol

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
    """By band and price: the account's own, or those whose names begin with "payer_", ..."""
    keys = ("band_gb", "currency", f"{whose}price")
    rows = lines.order_by().values_list(*keys).order_by(*keys)
    return [
        Charge(*row) for row in rows.annotate(days=Sum("mailbox_days"), paid=Sum(f"{whose}amount"))
    ]


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
