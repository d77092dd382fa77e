"""Domains: adding, proving, their DNS records and what they allow."""

from typing import Any

import click

from kuploy_cli import completion, finding
from kuploy_cli.api import Row
from kuploy_cli.asking import sure, with_yes
from kuploy_cli.commands.records import show_records
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.output import Column, Output
from kuploy_cli.session import Session, follow, verb, waiting
from kuploy_cli.words import Count, OrNone, Size, chosen, limit, moment, size, yes

COLUMNS = [
    Column("DOMAIN", "unicode_name", whole=True),
    Column("STATUS", "status"),
    Column("DNS", "dns"),
    Column("MAILBOXES", "mailbox_count", right=True),
    Column("ALIASES", "alias_count", right=True),
    Column("CHECKED", "checked_at", moment),
]
DETAILS = [
    Column("Domain", "unicode_name"),
    Column("In the DNS", "name"),
    Column("Status", "status"),
    Column("Proved", "proved_at", moment),
    Column("DNS records", "dns"),
    Column("Checked", "checked_at", moment),
    Column("MX leads here", "mx_here", yes),
    Column("Delivers already", "deliver_here", yes),
    Column("MTA-STS", "mta_sts"),
    Column("Catch-all", "catch_all"),
    Column("Mirrors", "alias_of"),
    Column("Mailboxes", "mailbox_count"),
    Column("Aliases", "alias_count"),
    Column("Added", "created_at", moment),
    Column("Id", "id"),
]
LIMITS = [
    Column("Default size", "default_size_bytes", lambda own: size(own) if own else "the plan's"),
    Column("Largest size", "largest_size_bytes", size),
    Column("Most mailboxes", "mailbox_limit", limit),
    Column("Reseller's largest size", "reseller_largest_size_bytes", size),
    Column("Reseller's most mailboxes", "reseller_mailbox_limit", limit),
    Column("Possible sizes", "sizes_bytes", lambda found: ", ".join(map(size, found))),
]
named = click.argument("domain", shell_complete=completion.domains)


@click.group()
def domains() -> None:
    """Domains, their DNS records and the proof of ownership."""


def judged(row: Row, out: Output) -> Row:
    """With one word for its DNS; JSON is what the API says and no more."""
    if out.as_json:
        return row
    verdict = "right" if row["healthy"] else "wrong"
    return {**row, "dns": verdict if row["checked_at"] else "unknown"}


@verb(domains, "list")
@click.option("--search", help="A part of the name.")
@click.option("--status", type=click.Choice(["pending", "active", "removing"]))
@click.option("--alias-of", shell_complete=completion.domains, help="Only those that mirror it.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_domains(
    session: Session, search: str | None, status: str | None, alias_of: str | None, most: int | None
) -> None:
    """List domains."""
    target = finding.domain(session.api, alias_of)["id"] if alias_of else None
    pages = session.api.pages("/domains", most, q=search, status=status, alias_of=target)
    shown = ([judged(row, session.out) for row in page] for page in pages)
    session.out.rows(shown, COLUMNS, "name")


@verb(domains, "show")
@named
def show(session: Session, domain: str) -> None:
    """Show a domain."""
    found = finding.domain(session.api, domain)
    session.out.thing(judged(found, session.out), DETAILS, "name")


@verb(domains, "add")
@click.argument("name")
@click.option("--alias-of", shell_complete=completion.domains, help="The domain to mirror.")
@click.option("--key", default="", help="With the same key it is added once within 24 hours.")
def add(session: Session, name: str, alias_of: str | None, key: str) -> None:
    """Add a domain. It stays pending until it is proved."""
    made = session.api.create("/domains", {"name": name, "alias_of": alias_of or ""}, key)
    session.out.done(f"{made['name']} is added.", made, "name")
    if made["status"] == "pending":
        session.out.note(f"How to prove that it is yours: kuploy domains proof {made['name']}")


@verb(domains, "records")
@named
@click.option("--recommended", is_flag=True, help="Those beyond MX, SPF, DKIM and DMARC.")
def records(session: Session, domain: str, recommended: bool) -> None:
    """Show the DNS records to publish, and what the last check found."""
    path = f"/domains/{finding.domain(session.api, domain)['id']}/dns"
    show_records(session.out, session.api.get(f"{path}/recommended" if recommended else path))


@verb(domains, "proof")
@named
def proof(session: Session, domain: str) -> None:
    """Show how to prove that a domain is yours: one of these records."""
    found = finding.domain(session.api, domain)
    wanted = session.api.get(f"/domains/{found['id']}/ownership")
    if session.out.as_json:
        session.out.thing(wanted, [], "")
        return
    show_records(session.out, wanted["records"])
    if wanted["proved_at"]:
        session.out.note(f"It was proved on {moment(wanted['proved_at'])}.")
    else:
        session.out.note(f"Publish one of them, then: kuploy domains verify {found['name']}")
        session.out.note(f"Or by mail: kuploy domains send-code {found['name']} postmaster")


@verb(domains, "send-code")
@named
@click.argument("mailbox", type=click.Choice(["postmaster", "hostmaster", "webmaster", "info"]))
def send_code(session: Session, domain: str, mailbox: str) -> None:
    """Have a code mailed to the domain, wherever its mail is today."""
    found = finding.domain(session.api, domain)
    sent = session.api.do(f"/domains/{found['id']}/ownership/code", {"local_part": mailbox})
    session.out.done(f"A code goes to {mailbox}@{found['name']}.", {**sent, **_name(found)}, "name")
    session.out.note(f"Then: kuploy domains enter-code {found['name']} CODE")


def _name(row: Row) -> Row:
    return {"name": row["name"]}


@verb(domains, "enter-code")
@named
@click.argument("code")
def enter_code(session: Session, domain: str, code: str) -> None:
    """Prove a domain with the code that was mailed to it."""
    found = finding.domain(session.api, domain)
    proved = session.api.do(f"/domains/{found['id']}/ownership/proof", {"code": code})
    session.out.done(f"{found['name']} is proved.", proved, "name")


@verb(domains, "verify")
@named
@waiting
def verify(session: Session, domain: str, wait: bool, timeout: int) -> None:
    """Check the DNS now, and look for the proof as long as it is missing.

    Ends with 7 if the domain is not proved or a record is not right.
    """
    path = f"/domains/{finding.domain(session.api, domain)['id']}"
    begun = session.api.do(f"{path}/dns/checks")
    job = follow(session, begun, f"/jobs/{begun['id']}", wait, timeout)
    if not wait:
        session.out.done(f"It goes on: kuploy jobs show {job['id']}", job, "id")
        return
    found = session.api.get(path)
    if session.out.as_json:
        session.out.thing(found, [], "name")
    else:
        show_records(session.out, session.api.get(f"{path}/dns"))
    if found["status"] != "active":
        raise Failure(f"{found['name']} is not proved: its proof was not found.", Exit.WRONG_DNS)
    if not found["healthy"]:
        raise Failure(f"Not all records of {found['name']} are right.", Exit.WRONG_DNS)
    session.out.note(f"All records of {found['name']} are right.")


@verb(domains, "remove")
@named
@with_yes
@waiting
def remove(session: Session, domain: str, yes: bool, wait: bool, timeout: int) -> None:
    """Remove a domain with its mailboxes, their mail and its aliases, for good."""
    found = finding.domain(session.api, domain)
    held = f"{found['mailbox_count']} mailboxes and {found['alias_count']} aliases"
    sure(found["name"], f"{found['name']} goes with {held}, and all its mail, for good.", yes)
    begun = session.api.call("DELETE", f"/domains/{found['id']}").json()
    job = follow(session, begun, f"/jobs/{begun['id']}", wait, timeout)
    more = "" if wait else f" Its mail is taken off the disk: kuploy jobs show {job['id']}"
    session.out.done(f"{found['name']} is removed.{more}", job, "name")


@verb(domains, "catch-all")
@named
@click.argument("address")
def catch_all(session: Session, domain: str, address: str) -> None:
    """Choose where mail to unknown addresses goes; “none” refuses it."""
    found = finding.domain(session.api, domain)
    sent = {"address": "" if address == "none" else address}
    changed = session.api.change("PUT", f"/domains/{found['id']}/catch-all", sent)
    goes = f"goes to {changed['catch_all']}" if changed["catch_all"] else "is refused"
    session.out.done(f"Mail to unknown addresses of {found['name']} {goes}.", changed, "name")


@verb(domains, "early-delivery")
@named
@click.argument("state", type=click.Choice(["on", "off"]))
def early_delivery(session: Session, domain: str, state: str) -> None:
    """Take mail already, or no more, while MX leads elsewhere."""
    found = finding.domain(session.api, domain)
    path = f"/domains/{found['id']}/early-delivery"
    changed = session.api.change("PUT", path, {"on": state == "on"})
    session.out.done(f"Early delivery for {found['name']} is {state}.", changed, "name")


@verb(domains, "mta-sts")
@named
@click.argument("mode", type=click.Choice(["off", "testing", "enforce"]))
def mta_sts(session: Session, domain: str, mode: str) -> None:
    """Choose what other servers do that cannot deliver encrypted."""
    found = finding.domain(session.api, domain)
    changed = session.api.change("PUT", f"/domains/{found['id']}/mta-sts", {"mode": mode})
    session.out.done(f"MTA-STS of {found['name']} is {mode}.", changed, "name")
    session.out.note(f"Publish its record: kuploy domains records {found['name']} --recommended")


@verb(domains, "limits")
@named
@click.option("--default-size", type=OrNone(Size()), help="Of a new mailbox; none: the plan's.")
@click.option("--largest-size", type=OrNone(Size()), help="Of any mailbox.")
@click.option("--mailboxes", type=OrNone(Count()), help="Most mailboxes.")
def limits(
    session: Session, domain: str, default_size: Any, largest_size: Any, mailboxes: Any
) -> None:
    """Show what a domain allows; with options, change it."""
    path = f"/domains/{finding.domain(session.api, domain)['id']}/limits"
    now, tag = session.api.read(path)
    change = chosen(
        default_size_bytes=default_size, largest_size_bytes=largest_size, mailbox_limit=mailboxes
    )
    if change:
        kept = {name: now[name] for name in OWN_LIMITS}
        now = session.api.change("PUT", path, kept | change, tag)
    session.out.thing({**now} if session.out.as_json else {**now, "name": domain}, LIMITS, "name")


OWN_LIMITS = ("default_size_bytes", "largest_size_bytes", "mailbox_limit")
