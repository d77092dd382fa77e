"""Mail that moves in from other servers."""

import click

from kuploy_cli.api import Row
from kuploy_cli.asking import sure, with_yes
from kuploy_cli.output import Column
from kuploy_cli.session import Session, follow, verb, waiting
from kuploy_cli.words import moment, size

COLUMNS = [
    Column("ID", "id", whole=True),
    Column("FROM", "host", whole=True),
    Column("STEP", "step"),
    Column("DONE", "done", right=True),
    Column("FAILED", "failed", right=True),
    Column("OF", "mailboxes", right=True),
]
DETAILS = [
    Column("From", "host"),
    Column("Step", "step"),
    Column("Mailboxes", "mailboxes"),
    Column("Waiting", "waiting"),
    Column("Running", "running"),
    Column("Paused", "paused"),
    Column("Failed", "failed"),
    Column("Done", "done"),
    Column("Messages", "messages"),
    Column("Copied", "copied_messages"),
    Column("Size", "bytes", size),
    Column("Copied size", "copied_bytes", size),
    Column("Added", "created_at", moment),
    Column("Id", "id"),
]
MOVES = [
    Column("MAILBOX", "address", whole=True),
    Column("STATE", "state"),
    Column("COPIED", "copied_messages", right=True),
    Column("OF", "messages", right=True),
    Column("ERROR", "last_error", whole=True),
]
BEGUN = {
    "test": "Test again what has failed.",
    "copy": "Copy what is not here yet. It can be repeated.",
    "final": "Copy for the last time, once the MX records lead here.",
    "resume": "Go on with what was paused, and try again what failed.",
}
coded = click.argument("migration", metavar="ID")


@click.group()
def migrations() -> None:
    """Mail that moves in from other servers."""


@verb(migrations, "list")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_migrations(session: Session, most: int | None) -> None:
    """List migrations, the newest first."""
    session.out.rows(session.api.pages("/migrations", most), COLUMNS, "id")


@verb(migrations, "show")
@coded
def show(session: Session, migration: str) -> None:
    """Show how far a migration is."""
    session.out.thing(session.api.get(f"/migrations/{migration}"), DETAILS, "id")


@verb(migrations, "mailboxes")
@coded
@click.option("--state", type=click.Choice(["waiting", "running", "paused", "done", "failed"]))
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def mailboxes(session: Session, migration: str, state: str | None, most: int | None) -> None:
    """List the mailboxes of a migration."""
    pages = session.api.pages(f"/migrations/{migration}/mailboxes", most, state=state)
    session.out.rows(pages, MOVES, "address")


def _begins(step: str, words: str) -> None:
    @verb(migrations, step)
    @coded
    @waiting
    def begin(session: Session, migration: str, wait: bool, timeout: int) -> None:
        begun: Row = session.api.do(f"/migrations/{migration}/{step}")
        now = follow(session, begun, f"/migrations/{migration}", wait, timeout)
        session.out.thing(now, DETAILS, "id")

    begin.help = words


for step, words in BEGUN.items():
    _begins(step, words)


@verb(migrations, "pause")
@coded
def pause(session: Session, migration: str) -> None:
    """Pause a migration."""
    now = session.api.do(f"/migrations/{migration}/pause")
    session.out.done(f"The migration from {now['host']} is paused.", now, "id")


@verb(migrations, "remove")
@coded
@with_yes
def remove(session: Session, migration: str, yes: bool) -> None:
    """Remove a migration with its passwords. The mail that was copied stays."""
    found = session.api.get(f"/migrations/{migration}")
    sure(found["host"], f"The migration from {found['host']} goes with its passwords.", yes)
    session.api.call("DELETE", f"/migrations/{migration}")
    session.out.done(f"The migration from {found['host']} is removed.", found, "id")
