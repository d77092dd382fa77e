"""Mailboxes."""

import click

from kuploy_cli import completion, finding
from kuploy_cli.api import Row
from kuploy_cli.asking import password, sure, with_password, with_yes
from kuploy_cli.output import Column
from kuploy_cli.session import Session, each, follow, verb, waiting
from kuploy_cli.words import Size, chosen, moment, size

COLUMNS = [
    Column("MAILBOX", "address", whole=True),
    Column("STATE", "state"),
    Column("SIZE", "quota_bytes", size, right=True),
    Column("NAME", "display_name", whole=True),
]
DETAILS = [
    Column("Mailbox", "address"),
    Column("Name", "display_name"),
    Column("State", "state"),
    Column("Size", "quota_bytes", size),
    Column("Most messages", "quota_messages"),
    Column("Language", "language"),
    Column("Created", "created_at", moment),
    Column("Id", "id"),
]
several = click.argument("addresses", nargs=-1, required=True, shell_complete=completion.mailboxes)
named = click.argument("address", shell_complete=completion.mailboxes)
sized = click.option("--size", "bytes_", type=Size(), help="Such as 2GB; else the domain's own.")


@click.group()
def mailboxes() -> None:
    """Mailboxes, their passwords, forwarding and auto-replies."""


@verb(mailboxes, "list")
@click.option("--domain", shell_complete=completion.domains, help="Only those of that domain.")
@click.option("--state", type=click.Choice(["active", "disabled", "blocked", "deleting"]))
@click.option("--over", type=click.Choice(["80", "95", "100"]), help="Fuller than so many percent.")
@click.option("--search", help="A part of the address.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_mailboxes(
    session: Session, domain: str | None, state: str | None, over: str | None,
    search: str | None, most: int | None,
) -> None:  # fmt: skip
    """List mailboxes."""
    only = finding.domain(session.api, domain)["id"] if domain else None
    pages = session.api.pages("/mailboxes", most, domain=only, state=state, over=over, q=search)
    session.out.rows(pages, COLUMNS, "address")


@verb(mailboxes, "show")
@named
def show(session: Session, address: str) -> None:
    """Show a mailbox."""
    session.out.thing(finding.mailbox(session.api, address), DETAILS, "address")


@verb(mailboxes, "create")
@click.argument("address")
@sized
@click.option("--name", "display_name", default="", help="Shown as the sender.")
@click.option("--language", default="", help="In which its user is told that it fills up.")
@click.option("--key", default="", help="With the same key it is created once within 24 hours.")
@with_password
def create(
    session: Session, address: str, bytes_: int | None, display_name: str, language: str,
    key: str, password_file: str | None, generate: bool,
) -> None:  # fmt: skip
    """Create a mailbox. Its password is asked for, read from a file, or made up."""
    local_part, domain = parted(address)
    sent = chosen(
        local_part=local_part, domain=domain, display_name=display_name, language=language,
        quota_bytes=bytes_, password=password(password_file, generate),
    )  # fmt: skip
    made = session.api.create("/mailboxes", sent, key)
    done = f"{made['address']} is created: {size(made['quota_bytes'])}."
    _done(session, done, made, sent["password"] if generate else "")


def _done(session: Session, sentence: str, box: Row, made_up: str) -> None:
    """With the password, if nobody knows it yet."""
    if made_up:
        box, sentence = {**box, "password": made_up}, f"{sentence} Its password: {made_up}"
    session.out.done(sentence, box, "password" if made_up else "address")


def parted(address: str) -> tuple[str, str]:
    local_part, _at, domain = address.rpartition("@")
    if not local_part or not domain:
        raise click.UsageError(f"“{address}” is no address: type NAME@DOMAIN.")
    return local_part, domain


@verb(mailboxes, "resize")
@named
@click.argument("size", type=Size())
def resize(session: Session, address: str, size: int) -> None:
    """Give a mailbox another size, such as 2GB."""
    _change(session, address, {"quota_bytes": size})


@verb(mailboxes, "rename")
@named
@click.argument("name")
def rename(session: Session, address: str, name: str) -> None:
    """Change the name that is shown as the sender."""
    _change(session, address, {"display_name": name})


def _change(session: Session, address: str, change: Row) -> None:
    box = finding.mailbox(session.api, address)
    now = session.api.change("PATCH", f"/mailboxes/{box['id']}", change)
    shown = f"{now['address']} is changed: {size(now['quota_bytes'])}, “{now['display_name']}”."
    session.out.done(shown, now, "address")


@verb(mailboxes, "password")
@named
@with_password
def change_password(
    session: Session, address: str, password_file: str | None, generate: bool
) -> None:
    """Change the password; open sessions end. It is asked for, read from a file, or made up."""
    box = finding.mailbox(session.api, address)
    new = password(password_file, generate)
    now = session.api.change("PUT", f"/mailboxes/{box['id']}/password", {"password": new})
    _done(session, f"{now['address']} has a new password.", now, new if generate else "")


@verb(mailboxes, "disable")
@several
def disable(session: Session, addresses: tuple[str, ...]) -> None:
    """Disable mailboxes: no sign-in and no new mail; what is there stays."""
    _do(session, addresses, "disable", "is disabled")


@verb(mailboxes, "enable")
@several
def enable(session: Session, addresses: tuple[str, ...]) -> None:
    """Enable mailboxes again."""
    _do(session, addresses, "enable", "is enabled")


@verb(mailboxes, "end-sessions")
@several
def end_sessions(session: Session, addresses: tuple[str, ...]) -> None:
    """End the open sessions; mail programs sign in again by themselves."""
    _do(session, addresses, "end-sessions", "has no more open sessions")


def _do(session: Session, addresses: tuple[str, ...], act: str, then: str) -> None:
    for address in each(session, addresses, act.capitalize()):
        box = finding.mailbox(session.api, address)
        now = session.api.do(f"/mailboxes/{box['id']}/{act}")
        session.out.done(f"{now['address']} {then}.", now, "address")


@verb(mailboxes, "measure")
@named
@waiting
def measure(session: Session, address: str, wait: bool, timeout: int) -> None:
    """Have the mail server asked how full a mailbox is."""
    box = finding.mailbox(session.api, address)
    begun = session.api.do(f"/mailboxes/{box['id']}/measurements")
    job = follow(session, begun, f"/jobs/{begun['id']}", wait, timeout)
    look = f"usage mailbox {box['address']}" if wait else f"jobs show {job['id']}"
    session.out.done(f"{'Done' if wait else 'It goes on'}: kuploy {look}", job, "name")


@verb(mailboxes, "delete")
@several
@with_yes
@waiting
def delete(
    session: Session, addresses: tuple[str, ...], yes: bool, wait: bool, timeout: int
) -> None:
    """Delete mailboxes with all their mail, for good."""
    boxes = {name: finding.mailbox(session.api, name) for name in addresses}
    first, *others = [box["address"] for box in boxes.values()]
    what = f"{len(boxes)} mailboxes" if others else first
    sure(what, f"{', '.join([first, *others])}: all mail goes too, for good.", yes)
    for name in each(session, list(boxes), "Deleting"):
        _delete(session, boxes[name], wait, timeout)


def _delete(session: Session, box: Row, wait: bool, timeout: int) -> None:
    begun = session.api.call("DELETE", f"/mailboxes/{box['id']}").json()
    job = follow(session, begun, f"/jobs/{begun['id']}", wait, timeout)
    more = "" if wait else f" Its mail is taken off the disk: kuploy jobs show {job['id']}"
    session.out.done(f"{box['address']} is deleted.{more}", job, "name")
