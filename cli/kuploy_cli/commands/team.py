"""Who is in the account, and who is asked in."""

import click

from kuploy_cli import finding
from kuploy_cli.api import Row
from kuploy_cli.asking import sure, with_yes
from kuploy_cli.output import Column
from kuploy_cli.session import Session, verb
from kuploy_cli.words import moment

COLUMNS = [
    Column("PERSON", "email", whole=True),
    Column("ROLE", "role"),
    Column("DOMAINS", "domains", ", ".join, whole=True),
    Column("SINCE", "created_at", moment),
]
INVITED = [
    *COLUMNS[:3],
    Column("MAILED", "sent_at", moment),
    Column("GOOD UNTIL", "ends_at", moment),
]
ROLES = click.Choice(["viewer", "postmaster", "manager", "owner"])
chosen_domains = click.option(
    "--domain", "domains", multiple=True, help="For a postmaster: one to look after; for each."
)


@click.group()
def team() -> None:
    """Who is in the account, and who is asked in."""


@verb(team, "list")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_members(session: Session, most: int | None) -> None:
    """List who is in the account."""
    session.out.rows(session.api.pages("/members", most), COLUMNS, "email")


@verb(team, "role")
@click.argument("email")
@click.argument("role", type=ROLES)
@chosen_domains
def change_role(session: Session, email: str, role: str, domains: tuple[str, ...]) -> None:
    """Give a member another role."""
    member = finding.member(session.api, email)
    wanted = {"role": role, "domains": list(domains)}
    now = session.api.change("PUT", f"/members/{member['id']}/role", wanted)
    session.out.done(f"{now['email']} is {now['role']} now.", now, "email")


@verb(team, "remove")
@click.argument("email")
@with_yes
def remove(session: Session, email: str, yes: bool) -> None:
    """Remove a member. The tokens that they made end too."""
    member = finding.member(session.api, email)
    sure(member["email"], f"{member['email']} loses the seat, and the tokens made with it.", yes)
    session.api.call("DELETE", f"/members/{member['id']}")
    session.out.done(f"{member['email']} is out.", member, "email")


@verb(team, "invitations")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_invitations(session: Session, most: int | None) -> None:
    """List who is asked in and has not accepted."""
    session.out.rows(session.api.pages("/invitations", most), INVITED, "email")


@verb(team, "invite")
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@chosen_domains
@click.option("--key", default="", help="With the same key it is done once within 24 hours.")
def invite(session: Session, email: str, role: str, domains: tuple[str, ...], key: str) -> None:
    """Ask somebody in by mail; asked again, the first link is no longer good."""
    sent: Row = {"email": email, "role": role, "domains": list(domains)}
    made = session.api.create("/invitations", sent, key)
    session.out.done(f"{made['email']} is asked in as {made['role']}.", made, "id")


@verb(team, "withdraw")
@click.argument("email")
def withdraw(session: Session, email: str) -> None:
    """Withdraw an invitation: its link leads nowhere."""
    found = finding.invitation(session.api, email)
    session.api.call("DELETE", f"/invitations/{found['id']}")
    session.out.done(f"The link to {found['email']} leads nowhere now.", found, "email")
