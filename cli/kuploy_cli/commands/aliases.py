"""Aliases."""

import click

from kuploy_cli import completion, finding
from kuploy_cli.commands.mailboxes import parted
from kuploy_cli.output import Column
from kuploy_cli.session import Session, each, verb
from kuploy_cli.words import moment

COLUMNS = [
    Column("ALIAS", "address", whole=True),
    Column("LEADS TO", "targets", ", ".join, whole=True),
]
DETAILS = [
    Column("Alias", "address"),
    Column("Leads to", "targets", ", ".join),
    Column("Created", "created_at", moment),
    Column("Id", "id"),
]
named = click.argument("address", shell_complete=completion.aliases)
targeted = click.argument("targets", nargs=-1, required=True, metavar="TARGET...")


@click.group()
def aliases() -> None:
    """Aliases: addresses whose mail goes to others."""


@verb(aliases, "list")
@click.option("--domain", shell_complete=completion.domains, help="Only those of that domain.")
@click.option("--search", help="A part of the address.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_aliases(
    session: Session, domain: str | None, search: str | None, most: int | None
) -> None:
    """List aliases."""
    only = finding.domain(session.api, domain)["id"] if domain else None
    session.out.rows(session.api.pages("/aliases", most, domain=only, q=search), COLUMNS, "address")


@verb(aliases, "show")
@named
def show(session: Session, address: str) -> None:
    """Show an alias."""
    session.out.thing(finding.alias(session.api, address), DETAILS, "address")


@verb(aliases, "create")
@click.argument("address")
@targeted
@click.option("--key", default="", help="With the same key it is created once within 24 hours.")
def create(session: Session, address: str, targets: tuple[str, ...], key: str) -> None:
    """Create an alias that leads to these addresses."""
    local_part, domain = parted(address)
    sent = {"local_part": local_part, "domain": domain, "targets": list(targets)}
    made = session.api.create("/aliases", sent, key)
    session.out.done(f"{made['address']} leads to {', '.join(made['targets'])}.", made, "address")


@verb(aliases, "change")
@named
@targeted
def change(session: Session, address: str, targets: tuple[str, ...]) -> None:
    """Let an alias lead to these addresses instead."""
    found = finding.alias(session.api, address)
    now = session.api.change("PATCH", f"/aliases/{found['id']}", {"targets": list(targets)})
    session.out.done(f"{now['address']} leads to {', '.join(now['targets'])}.", now, "address")


@verb(aliases, "delete")
@click.argument("addresses", nargs=-1, required=True, shell_complete=completion.aliases)
def delete(session: Session, addresses: tuple[str, ...]) -> None:
    """Delete aliases. No mail is lost with them."""
    for address in each(session, addresses, "Deleting"):
        found = finding.alias(session.api, address)
        session.api.call("DELETE", f"/aliases/{found['id']}")
        session.out.done(f"{found['address']} is deleted.", found, "address")
