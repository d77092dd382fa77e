"""A reseller's plans for clients."""

from collections.abc import Callable
from typing import Any

import click

from kuploy_cli import finding
from kuploy_cli.api import Row
from kuploy_cli.asking import sure, with_yes
from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.words import Count, OrNone, Size, chosen, limit, size, yes

FEATURES = ["email_hosting", "catch_all", "api", "webhooks", "migration", "imports"]


def priced(found: dict[str, str]) -> str:
    return ", ".join(f"{price} up to {band} GB" for band, price in found.items())


COLUMNS = [
    Column("PLAN", "name", whole=True),
    Column("DOMAINS", "domain_limit", limit, right=True),
    Column("MAILBOXES", "mailbox_limit", limit, right=True),
    Column("ALIASES", "alias_limit", limit, right=True),
    Column("LARGEST", "largest_size_bytes", size, right=True),
    Column("RETIRED", "retired", yes),
]
DETAILS = [
    Column("Plan", "name"),
    Column("Retired", "retired", yes),
    Column("Domains", "domain_limit", limit),
    Column("Mailboxes", "mailbox_limit", limit),
    Column("Aliases", "alias_limit", limit),
    Column("Aliases per mailbox", "aliases_per_mailbox", limit),
    Column("Default size", "default_size_bytes", size),
    Column("Largest size", "largest_size_bytes", size),
    Column("Sizes in GB", "allowed_sizes_gb", lambda found: ", ".join(map(str, found))),
    Column("Forwarding", "forwarding"),
    *[Column(name.replace("_", " ").capitalize(), name, yes) for name in FEATURES],
    Column("Prices a month", "prices", priced),
    Column("Id", "id"),
]
named = click.argument("plan", metavar="NAME|ID")


@click.group()
def plans() -> None:
    """A reseller's plans for clients."""


def described(work: Callable[..., None]) -> Callable[..., None]:
    """The options of a plan."""
    feature = click.Choice([name.replace("_", "-") for name in FEATURES])
    options = [
        click.option("--domains", "domain_limit", type=OrNone(Count()), help="Most domains."),
        click.option("--mailboxes", "mailbox_limit", type=OrNone(Count()), help="Most mailboxes."),
        click.option("--aliases", "alias_limit", type=OrNone(Count()), help="Most aliases."),
        click.option("--aliases-per-mailbox", type=OrNone(Count())),
        click.option("--default-size", "default_size_bytes", type=Size()),
        click.option("--largest-size", "largest_size_bytes", type=Size()),
        click.option("--size-gb", "sizes", type=Count(), multiple=True, help="On offer; for each."),
        click.option("--forwarding", type=click.Choice(["users", "admins", "off"])),
        click.option("--with", "with_", type=feature, multiple=True, help="What is included."),
        click.option("--without", type=feature, multiple=True, help="What is not included."),
        click.option("--price", "prices", multiple=True, metavar="GB=AMOUNT", help="A month."),
    ]
    for option in reversed(options):
        work = option(work)
    return work


def sent(
    sizes: tuple[int, ...], with_: tuple[str, ...], without: tuple[str, ...],
    prices: tuple[str, ...], **typed: Any,
) -> Row:  # fmt: skip
    plan = chosen(**typed)
    plan |= {name.replace("-", "_"): True for name in with_}
    plan |= {name.replace("-", "_"): False for name in without}
    if sizes:
        plan["allowed_sizes_gb"] = list(sizes)
    if prices:
        plan["prices"] = dict(map(_price, prices))
    return plan


def _price(typed: str) -> tuple[str, str]:
    band, equals, amount = typed.partition("=")
    if not equals:
        raise click.UsageError(f"“{typed}” is no price: type GB=AMOUNT, such as 8=1.50.")
    return band, amount


@verb(plans, "list")
@click.option("--retired/--on-offer", default=None, help="Only those.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_plans(session: Session, retired: bool | None, most: int | None) -> None:
    """List the plans for clients."""
    only = None if retired is None else str(retired).lower()
    session.out.rows(session.api.pages("/plans", most, retired=only), COLUMNS, "name")


@verb(plans, "show")
@named
def show(session: Session, plan: str) -> None:
    """Show a plan."""
    session.out.thing(finding.plan(session.api, plan), DETAILS, "name")


@verb(plans, "create")
@click.argument("name")
@described
@click.option("--key", default="", help="With the same key it is made once within 24 hours.")
def create(session: Session, name: str, key: str, **typed: Any) -> None:
    """Make a plan."""
    made = session.api.create("/plans", {**sent(**typed), "name": name}, key)
    session.out.done(f"The plan {made['name']} is on offer.", made, "id")


@verb(plans, "change")
@named
@click.option("--name", help="Another name.")
@described
@click.option("--understood", is_flag=True, help="Save it also where it no longer holds all.")
def change(session: Session, plan: str, understood: bool, **typed: Any) -> None:
    """Change a plan: at once, for all who have it."""
    wanted = sent(**typed)
    if not wanted:
        raise click.UsageError("Say what to change: see --help.")
    path = f"/plans/{finding.plan(session.api, plan)['id']}"
    now = session.api.change("PATCH", path, {**wanted, "understood": understood})
    session.out.done(f"The plan {now['name']} is changed.", now, "id")


@verb(plans, "retire")
@named
def retire(session: Session, plan: str) -> None:
    """Retire a plan: who has it keeps it, nobody else gets it."""
    now = session.api.do(f"/plans/{finding.plan(session.api, plan)['id']}/retire")
    session.out.done(f"The plan {now['name']} is retired.", now, "id")


@verb(plans, "offer-again")
@named
def offer_again(session: Session, plan: str) -> None:
    """Offer a retired plan again."""
    now = session.api.do(f"/plans/{finding.plan(session.api, plan)['id']}/offer-again")
    session.out.done(f"The plan {now['name']} is on offer.", now, "id")


@verb(plans, "delete")
@named
@with_yes
def delete(session: Session, plan: str, yes: bool) -> None:
    """Delete a plan that nobody has."""
    found = finding.plan(session.api, plan)
    sure(found["name"], f"The plan {found['name']} goes for good.", yes)
    session.api.call("DELETE", f"/plans/{found['id']}")
    session.out.done(f"The plan {found['name']} is deleted.", found, "id")
