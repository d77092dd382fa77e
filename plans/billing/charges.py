"""What the lines of a month add up to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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

    def __add__(self, other: "Charge") -> "Charge":
        """Both as one; of one price, both have an amount or none has."""
        amount = None if self.amount is None else self.amount + (other.amount or 0)
        return replace(self, mailbox_days=self.mailbox_days + other.mailbox_days, amount=amount)


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
    """By band and price: the account's own, or that of "reseller_"."""
    keys = ("band_gb", "currency", f"{whose}price")
    return [Charge(*row) for row in _summed(lines, keys, f"{whose}amount")]


def of_payers(lines: LineQuerySet) -> Iterator[tuple[str, Charge]]:
    """The slug of each who pays, with a charge: of lines that are paid_to_provider()."""
    keys = ("payer_slug", "band_gb", "currency", "due_price")
    for slug, *row in _summed(lines, keys, "due_amount"):
        yield slug, Charge(*row)


def of_clients(lines: LineQuerySet) -> tuple[list[Charge], list[Charge]]:
    """What they pay, and what their reseller pays for them, by one look at all their lines."""
    keys = ("band_gb", "currency", "price", "reseller_price")
    paid, cost = [], []
    for band, currency, price, reseller_price, days, amount, reseller_amount in _summed(
        lines, keys, "amount", "reseller_amount"
    ):
        paid.append(Charge(band, currency, price, days, amount))
        cost.append(Charge(band, currency, reseller_price, days, reseller_amount))
    return _merged(paid), _merged(cost)


def _summed(lines: LineQuerySet, keys: Sequence[str], *amounts: str) -> Iterable[Any]:
    rows = lines.values_list(*keys).order_by(*keys)
    return rows.annotate(Sum("mailbox_days"), *map(Sum, amounts))


def _merged(rows: list[Charge]) -> list[Charge]:
    """Those of one band and price as one."""
    found: dict[tuple[object, ...], Charge] = {}
    for row in rows:
        key = (row.band_gb, row.currency, row.price)
        found[key] = found[key] + row if key in found else row
    return list(found.values())


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
