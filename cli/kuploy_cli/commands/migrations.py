"""Mail that moves in from other servers."""

from typing import Any

import click

from kuploy_cli import lists
from kuploy_cli.api import Row
from kuploy_cli.asking import known_password, read, sure, with_yes
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.output import Column
from kuploy_cli.session import Session, follow, verb, waiting
from kuploy_cli.words import Count, chosen, moment, size

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


@verb(migrations, "add")
@click.argument("host")
@click.argument("file")
@click.option("--port", type=Count(), help="993 with TLS, else 143.")
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]), default="tls")
@click.option("--any-certificate", is_flag=True, help="Do not check whose certificate it is.")
@click.option("--since", metavar="YYYY-MM-DD", help="Only mail since that day.")
@click.option("--master-user", default="", help="Who may read all mailboxes there.")
@click.option(
    "--master-password-file", type=click.Path(dir_okay=False, allow_dash=True),
    help="The master user's; - is standard input.",
)  # fmt: skip
@click.option("--key", default="", help="With the same key it is added once within 24 hours.")
@waiting
def add(
    session: Session, host: str, file: str, port: int | None, since: str | None,
    master_password_file: str | None, key: str, wait: bool, timeout: int, **source: Any,
) -> None:  # fmt: skip
    """Name a server and the mailboxes to fetch, and test the sign-in to each.

    FILE, - for standard input, has a line for each: user there; password there; mailbox here. With
    a master user: user there; mailbox here. Nothing is copied yet.
    """
    boxes = lists.mailboxes(read(file), with_master=bool(source["master_user"]))
    sent = {
        **source, **chosen(port=port, since=since), "host": host, "mailboxes": boxes,
        "master_password": _of_master(source["master_user"], master_password_file, file),
    }  # fmt: skip
    begun = session.api.create("/migrations", sent, key)
    _ended(session, begun, wait, timeout)


def _of_master(user: str, password_file: str | None, file: str) -> str:
    if {file, password_file} == {"-"}:
        raise click.UsageError("Both files cannot be standard input.")
    return known_password(user, password_file, "--master-password-file") if user else ""


def _ended(session: Session, begun: Row, wait: bool, timeout: int) -> None:
    now = follow(session, begun, f"/migrations/{begun['id']}", wait, timeout)
    session.out.thing(now, DETAILS, "id")
    if wait and now["failed"]:
        look = f"kuploy migrations mailboxes {now['id']} --state failed"
        raise Failure(f"{now['failed']} of {now['mailboxes']} failed: {look}", Exit.REFUSED)


def _begins(step: str, words: str) -> None:
    @verb(migrations, step)
    @coded
    @waiting
    def begin(session: Session, migration: str, wait: bool, timeout: int) -> None:
        begun: Row = session.api.do(f"/migrations/{migration}/{step}")
        _ended(session, begun, wait, timeout)

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
