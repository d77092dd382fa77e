"""A reseller's clients."""

import click

from kuploy_cli import completion, finding
from kuploy_cli.api import Row
from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.words import moment

STEPS = {"no-sending": 10, "no-sign-in": 20, "no-mail": 30}


def suspension(step: int) -> str:
    return next((name for name, number in STEPS.items() if number == step), "no")


COLUMNS = [
    Column("CLIENT", "name", whole=True),
    Column("PLAN", "plan", whole=True),
    Column("SUSPENDED", "suspension", suspension),
    Column("DOMAINS", "domains", right=True),
    Column("MAILBOXES", "mailboxes", right=True),
    Column("ALIASES", "aliases", right=True),
]
DETAILS = [
    Column("Client", "name"),
    Column("Plan", "plan"),
    Column("Suspended", "suspension", suspension),
    Column("Domains", "domains"),
    Column("Mailboxes", "mailboxes"),
    Column("Aliases", "aliases"),
    Column("Since", "created_at", moment),
    Column("Id", "id"),
]
named = click.argument("name", shell_complete=completion.clients)


@click.group()
def clients() -> None:
    """A reseller's clients. With --client NAME, all other commands work in their accounts."""


@verb(clients, "list")
@click.option("--search", help="A part of the name.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_clients(session: Session, search: str | None, most: int | None) -> None:
    """List clients."""
    session.out.rows(session.api.pages("/clients", most, q=search), COLUMNS, "name")


@verb(clients, "show")
@named
def show(session: Session, name: str) -> None:
    """Show a client."""
    session.out.thing(finding.client(session.api, name), DETAILS, "name")


@verb(clients, "create")
@click.argument("name")
@click.option("--owner", required=True, metavar="EMAIL", help="Who gets an invitation.")
@click.option("--plan", required=True, help="The name of a plan of yours.")
@click.option("--key", default="", help="With the same key it is created once within 24 hours.")
def create(session: Session, name: str, owner: str, plan: str, key: str) -> None:
    """Create a client, and ask its owner in."""
    plan_id = finding.plan(session.api, plan)["id"]
    made = session.api.create("/clients", {"name": name, "email": owner, "plan_id": plan_id}, key)
    session.out.done(f"{made['name']} is created; {owner} is asked in.", made, "id")


@verb(clients, "invite")
@named
@click.argument("email")
def invite(session: Session, name: str, email: str) -> None:
    """Ask the owner in again, at the same address or another one."""
    found = finding.client(session.api, name)
    now = session.api.do(f"/clients/{found['id']}/invitation", {"email": email})
    session.out.done(f"{email} is asked in to {now['name']}.", now, "id")


@verb(clients, "move")
@named
@click.argument("plan")
@click.option("--block-excess", is_flag=True, help="Block the newest mailboxes beyond the plan.")
def move(session: Session, name: str, plan: str, block_excess: bool) -> None:
    """Give a client another plan."""
    plan_id = finding.plan(session.api, plan)["id"]
    now = _put(session, name, "plan", {"plan_id": plan_id, "block_excess": block_excess})
    session.out.done(f"{now['name']} has the plan {now['plan']}.", now, "id")


@verb(clients, "suspend")
@named
@click.option("--step", type=click.Choice(list(STEPS)), required=True, help="What ends.")
@click.option("--reason", required=True, help="The client reads it.")
def suspend(session: Session, name: str, step: str, reason: str) -> None:
    """Suspend a client."""
    now = _put(session, name, "suspension", {"step": STEPS[step], "reason": reason})
    session.out.done(f"{now['name']} is suspended: {step}.", now, "id")


def _put(session: Session, name: str, what: str, sent: Row) -> Row:
    found = finding.client(session.api, name)
    return session.api.change("PUT", f"/clients/{found['id']}/{what}", sent)


@verb(clients, "resume")
@named
def resume(session: Session, name: str) -> None:
    """End the suspension of a client."""
    now = session.api.do(f"/clients/{finding.client(session.api, name)['id']}/resume")
    session.out.done(f"{now['name']} is suspended no more.", now, "id")
