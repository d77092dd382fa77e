"""The account itself: what it uses, who did what, and its running jobs."""

from typing import Any

import click

from kuploy_cli import completion, finding
from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.watching import follow
from kuploy_cli.words import moment, share, size


def room(found: dict[str, Any]) -> str:
    return share(found["used"], found["limit"])


ACCOUNT = [
    Column("Account", "name"),
    Column("Plan", "plan"),
    Column("Domains", "domains", room),
    Column("Mailboxes", "mailboxes", room),
    Column("Aliases", "aliases", room),
    Column("Size of a new mailbox", "default_size_bytes", size),
    Column("Possible sizes", "allowed_sizes_bytes", lambda found: ", ".join(map(size, found))),
    Column("Id", "id"),
]
DOMAIN = [
    Column("Stored", "bytes", size),
    Column("Messages", "messages"),
    Column("Mailboxes", "mailboxes"),
    Column("Aliases", "aliases"),
]
MAILBOX = [
    Column("Stored", "bytes", size),
    Column("Messages", "messages"),
    Column("Full", "percent", lambda percent: f"{percent} %"),
    Column("Said by the server", "updated_at", moment),
]
DAYS = [
    Column("DAY", "day"),
    Column("STORED", "bytes", size, right=True),
    Column("MESSAGES", "messages", right=True),
]
EVENTS = [
    Column("AT", "at", moment),
    Column("WHO", "who", whole=True),
    Column("WHAT", "sentence", whole=True),
]
JOB = [
    Column("About", "name"),
    Column("Kind", "kind"),
    Column("State", "state"),
    Column("Detail", "detail"),
    Column("Begun", "started_at", moment),
]


@click.group()
def usage() -> None:
    """What the plan holds, and what is used."""


@verb(usage, "account")
def of_account(session: Session) -> None:
    """Show what the plan holds, and what is used of it."""
    session.out.thing(session.api.get("/account"), ACCOUNT, "name")


@verb(usage, "domain")
@click.argument("domain", shell_complete=completion.domains)
def of_domain(session: Session, domain: str) -> None:
    """Show what all mailboxes of a domain hold."""
    found = finding.domain(session.api, domain)
    session.out.thing(session.api.get(f"/domains/{found['id']}/usage"), DOMAIN, "bytes")


@verb(usage, "mailbox")
@click.argument("address", shell_complete=completion.mailboxes)
@click.option("--days", is_flag=True, help="The days of the last year that changed it.")
def of_mailbox(session: Session, address: str, days: bool) -> None:
    """Show how full a mailbox is; with --days, and was."""
    found = finding.mailbox(session.api, address)
    now = session.api.get(f"/mailboxes/{found['id']}/usage")
    if days:
        session.out.rows([now["days"]] if now["days"] else [], DAYS, "day")
    else:
        session.out.thing(now, MAILBOX, "percent")


@click.group()
def audit() -> None:
    """Who did what."""


@verb(audit, "list")
@click.option("--search", help="What the name of the object begins with.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def events(session: Session, search: str | None, most: int | None) -> None:
    """List who did what, the newest first."""
    session.out.rows(session.api.pages("/audit-events", most, q=search), EVENTS, "id")


@click.group()
def jobs() -> None:
    """What goes on after its command has ended."""


@verb(jobs, "show")
@click.argument("job")
def show(session: Session, job: str) -> None:
    """Show how far a job is."""
    session.out.thing(session.api.get(f"/jobs/{job}"), JOB, "state")


@verb(jobs, "wait")
@click.argument("job")
@click.option("--timeout", type=click.IntRange(1), default=300, show_default=True)
def wait(session: Session, job: str, timeout: int) -> None:
    """Wait for the end of a job."""
    path = f"/jobs/{job}"
    done = follow(session.api, session.out, session.api.get(path), path, timeout)
    session.out.thing(done, JOB, "state")
