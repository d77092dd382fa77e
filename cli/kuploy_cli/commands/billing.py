"""What a month comes to."""

from typing import Any

import click

from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.words import yes


def sums(found: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['amount']} {each['currency']}" for each in found)


def priced(amount: str | None) -> str:
    return "not priced" if amount is None else amount


BILL = [
    Column("Month", "month"),
    Column("Over", "is_over", yes),
    Column("To pay", "totals", sums),
    Column("Not priced, in mailbox-days", "unpriced_mailbox_days"),
    Column("Days without figures", "days_without_snapshot"),
]
LINES = [
    Column("FOR", "for", whole=True),
    Column("BAND", "band_gb", lambda band: f"{band} GB", right=True),
    Column("MAILBOX-DAYS", "mailbox_days", right=True),
    Column("PRICE", "price", priced, right=True),
    Column("AMOUNT", "amount", priced, right=True),
    Column("CURRENCY", "currency"),
]
CLIENTS = [
    Column("CLIENT", "name", whole=True),
    Column("PAYS", "totals", sums, right=True),
]
in_month = click.option("--month", metavar="YYYY-MM", help="Else the current one, so far.")


@click.group()
def billing() -> None:
    """What a month comes to."""


@verb(billing, "show")
@in_month
def show(session: Session, month: str | None) -> None:
    """Show what the account pays for a month; a reseller also for its clients."""
    session.out.thing(session.api.get("/billing", month=month), BILL, "month")


@verb(billing, "lines")
@in_month
def lines(session: Session, month: str | None) -> None:
    """List what it is made of."""
    bill = session.api.get("/billing", month=month)
    rows = [_row(each, each["plan"]) for each in bill["lines"]]
    rows += [_row(each, "clients") for each in bill["clients"]]
    session.out.rows([rows] if rows else [], LINES, "amount")


def _row(line: dict[str, Any], what: str) -> dict[str, Any]:
    return {**line, "for": what}


@verb(billing, "clients")
@in_month
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def clients(session: Session, month: str | None, most: int | None) -> None:
    """List what each client pays you."""
    session.out.rows(session.api.pages("/billing/clients", most, month=month), CLIENTS, "name")
