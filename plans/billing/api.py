"""What is invoiced, for programs: to an account, and by a reseller to its clients."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from accounts.api.answers import Listing, Shown
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import Entry, Invalid
from accounts.api.routes import Routes
from accounts.http import who_sells
from accounts.models import Area
from accounts.roles import Act
from plans.billing import charges
from plans.billing.charges import Priced
from plans.billing.months import Month, known, missing
from plans.models import Line, Snapshot

routes = Routes(Area.BILLING)
reseller_routes = Routes(Area.BILLING, who_sells)
MONTH = "Such as 2026-06; left out: the current one, as far as it is counted."
PRICE = "A month of one mailbox; null: the plan names none, and it is in no sum."


class ChargeOut(Shown):
    """So many mailboxes of one band for so many days, at one price."""

    band_gb: int
    mailbox_days: int
    currency: str
    price: Decimal | None = Field(description=PRICE)
    amount: Decimal | None


class LineOut(ChargeOut):
    plan: str
    first_day: date
    last_day: date
    empty_domain_days: int = Field(description="Of the mailbox-days, those of empty domains.")
    highest: int = Field(description="The most mailboxes on one day.")
    last: int = Field(description="How many there were on the last day.")


class ClientLine(LineOut):
    reseller_price: Decimal | None = Field(description="What you pay for it, by your own plan.")
    reseller_amount: Decimal | None


class Sum(Shown):
    currency: str
    amount: Decimal


class Bill(Shown):
    """All amounts are rounded in their lines, so that sums are sums of lines."""

    month: str
    is_over: bool
    days_without_snapshot: int = Field(description="Nothing is invoiced for them.")
    lines: list[LineOut] = Field(description="The account's own.")
    clients: list[ChargeOut] = Field(description="A reseller's: of all clients, at its prices.")
    totals: list[Sum]
    unpriced_mailbox_days: int


class ClientBill(Shown):
    """What a client pays you, and what you pay for it."""

    client_id: UUID
    name: str = Field(description="As it was in that month.")
    lines: list[ClientLine]
    totals: list[Sum]


class MonthChosen(Schema):
    month: str = Field("", max_length=7, description=MONTH)


class MonthOfClients(Window, MonthChosen):
    pass


def _month(typed: str) -> Month:
    months = known()
    found = months[0] if not typed else next((each for each in months if each.name == typed), None)
    if found is None:
        detail = _("There are figures of the months from %(first)s to %(last)s.") % {
            "first": months[-1].name, "last": months[0].name,
        }  # fmt: skip
        raise Invalid([Entry(detail=detail, parameter="month")])
    return found


@routes.show("/billing", Act.SEE_BILLING, Bill)
def show_bill(request: Call, chosen: Query[MonthChosen]) -> Bill:
    """Show what a month of the account comes to.

    A reseller pays for its clients, too.
    """
    month = _month(chosen.month)
    lines = list(Line.objects.of_account(request.account.pk, month.first).in_order())
    of_clients = Line.objects.of_clients(request.account.pk, month.first)
    for_clients = charges.charges(of_clients, whose="reseller_")
    total = charges.total([*lines, *for_clients])
    return Bill(
        month=month.name, is_over=month.is_over, days_without_snapshot=_days_missing(month),
        lines=[_line(each) for each in lines], clients=[_charge(each) for each in for_clients],
        totals=_sums(total), unpriced_mailbox_days=total.unpriced_days,
    )  # fmt: skip


def _days_missing(month: Month) -> int:
    return sum((last - first).days + 1 for first, last in missing(month))


def _charge(of: Priced) -> ChargeOut:
    return ChargeOut(**{name: getattr(of, name) for name in ChargeOut.model_fields})


def _line(line: Line) -> LineOut:
    rest = {name: getattr(line, name) for name in LineOut.model_fields if name != "plan"}
    return LineOut(plan=line.plan_name, **rest)


def _of_client(line: Line) -> ClientLine:
    cost = {name: getattr(line, name) for name in ("reseller_price", "reseller_amount")}
    return ClientLine(**_line(line).model_dump(), **cost)


def _sums(total: charges.Total) -> list[Sum]:
    return [Sum(currency=currency, amount=amount) for currency, amount in total.amounts]


@reseller_routes.list("/billing/clients", Act.SEE_BILLING, ClientBill)
def list_client_bills(request: Call, chosen: Query[MonthOfClients]) -> Listing:
    """List what each client pays you for a month, by their short names."""
    month = _month(chosen.month)
    there = Snapshot.objects.filter(reseller_id=request.account.pk, month=month.first)
    page = by_name(there.distinct("account_slug"), "account_slug", chosen)
    lines = Line.objects.of_clients(request.account.pk, month.first)
    lines = lines.filter(account_slug__in=[row.account_slug for row in page.rows]).in_order()
    return listing(page, lambda found: _bills(found, lines), lambda row: row.account_slug)


def _bills(found: Sequence[Snapshot], lines: Iterable[Line]) -> list[ClientBill]:
    by_slug: dict[str, list[Line]] = {row.account_slug: [] for row in found}
    for line in lines:
        by_slug[line.account_slug].append(line)
    return [
        ClientBill(
            client_id=row.account_id, name=row.account_name,
            lines=[_of_client(line) for line in by_slug[row.account_slug]],
            totals=_sums(charges.total(by_slug[row.account_slug])),
        )
        for row in found
    ]  # fmt: skip
