"""Forwarding and auto-reply of a mailbox."""

from datetime import datetime
from typing import Any

import click

from kuploy_cli import asking, finding
from kuploy_cli.commands.mailboxes import mailboxes, named
from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.words import chosen, yes

__all__ = ["mailboxes"]

FORWARDING = [
    Column("Forwards to", "forward_to", ", ".join),
    Column("Keeps a copy", "keep_copy", yes),
]
REPLY = [
    Column("On", "on", yes),
    Column("Subject", "subject"),
    Column("Text", "text"),
    Column("First day", "first_day"),
    Column("Last day", "last_day"),
]
DAY = click.DateTime(["%Y-%m-%d"])


@verb(mailboxes, "forwarding")
@named
@click.option("--to", multiple=True, help="An address; again for each.")
@click.option("--keep-copy/--no-copy", default=None, help="Whether mail stays here too.")
@click.option("--off", is_flag=True, help="Forward no more.")
def forwarding(
    session: Session, address: str, to: tuple[str, ...], keep_copy: bool | None, off: bool
) -> None:
    """Show where a mailbox forwards to; with options, change it."""
    if off and to:
        raise click.UsageError("Either --to or --off.")
    path = f"/mailboxes/{finding.mailbox(session.api, address)['id']}/forwarding"
    now, tag = session.api.read(path)
    wanted = {
        "forward_to": [] if off else list(to) or now["forward_to"],
        "keep_copy": now["keep_copy"] if keep_copy is None else keep_copy,
    }
    if wanted != now:
        now = session.api.change("PUT", path, wanted, tag)
    session.out.thing(now, FORWARDING, "forward_to")


@verb(mailboxes, "auto-reply")
@named
@click.option("--on/--off", default=None, help="Whether it answers.")
@click.option("--subject", help="Of the answer.")
@click.option("--text-file", help="A file with its text; - is standard input.")
@click.option("--first-day", type=DAY, help="In UTC.")
@click.option("--last-day", type=DAY, help="In UTC, included.")
def auto_reply(
    session: Session, address: str, on: bool | None, text_file: str | None, **typed: Any
) -> None:
    """Show the auto-reply of a mailbox; with options, change it."""
    path = f"/mailboxes/{finding.mailbox(session.api, address)['id']}/auto-reply"
    now, tag = session.api.read(path)
    text = asking.read(text_file) if text_file else None
    days = {name: f"{day:%Y-%m-%d}" for name, day in typed.items() if isinstance(day, datetime)}
    wanted = now | chosen(on=on, text=text, **(typed | days))
    if wanted != now:
        now = session.api.change("PUT", path, wanted, tag)
    session.out.thing(now, REPLY, "on")
