"""Webhooks, what was delivered to them, and alerts."""

import click

from kuploy_cli import finding
from kuploy_cli.api import Row
from kuploy_cli.asking import sure, with_yes
from kuploy_cli.output import Column
from kuploy_cli.session import Session, follow, verb, waiting
from kuploy_cli.words import moment, yes

WEBHOOKS = [
    Column("URL", "url", whole=True),
    Column("STATE", "state"),
    Column("GETS", "kinds", ", ".join, whole=True),
]
WEBHOOK = [
    Column("URL", "url"),
    Column("State", "state"),
    Column("Gets", "kinds", ", ".join),
    Column("Of clients too", "include_clients", yes),
    Column("Failing since", "failing_since", moment),
    Column("Added", "created_at", moment),
    Column("Id", "id"),
]
DELIVERIES = [
    Column("ID", "id", whole=True),
    Column("AT", "created_at", moment),
    Column("STATE", "state"),
    Column("KIND", "kind", whole=True),
]
DELIVERY = [
    Column("Kind", "kind"),
    Column("State", "state"),
    Column("Outcome", "outcome"),
    Column("Attempts", "attempt_count"),
    Column("Begun", "created_at", moment),
    Column("Delivered", "sent_at", moment),
    Column("Tried next", "due_at", moment),
    Column("Webhook", "webhook_id"),
    Column("Alert", "alert_id"),
    Column("Id", "id"),
]
ALERTS = [
    Column("AT", "at", moment),
    Column("KIND", "kind", whole=True),
    Column("WHAT", "title", whole=True),
]
named = click.argument("webhook", metavar="URL|ID")
of_kinds = click.option(
    "--kind", "kinds", multiple=True, help="Of alerts that it gets; again for each."
)


@click.group()
def webhooks() -> None:
    """Webhooks: URLs that are called when something happens."""


@verb(webhooks, "list")
def list_webhooks(session: Session) -> None:
    """List webhooks."""
    found = session.api.get("/webhooks")
    session.out.rows([found] if found else [], WEBHOOKS, "id")


@verb(webhooks, "show")
@named
def show(session: Session, webhook: str) -> None:
    """Show a webhook."""
    session.out.thing(finding.webhook(session.api, webhook), WEBHOOK, "id")


@verb(webhooks, "add")
@click.argument("url")
@of_kinds
@click.option("--include-clients", is_flag=True, help="A reseller's: also of its clients.")
@click.option("--key", default="", help="With the same key it is added once within 24 hours.")
def add(
    session: Session, url: str, kinds: tuple[str, ...], include_clients: bool, key: str
) -> None:
    """Add a webhook, and print the secret that signs its messages."""
    sent = {"url": url, "kinds": list(kinds), "include_clients": include_clients}
    made = session.api.create("/webhooks", sent, key)
    _secret(session, f"{made['url']} is added.", made)


def _secret(session: Session, sentence: str, made: Row) -> None:
    note = f"{sentence} Its secret, which is not shown again: {made['secret']}"
    session.out.done(note, made, "secret")


@verb(webhooks, "change")
@named
@click.option("--url", help="Where it leads.")
@of_kinds
def change(session: Session, webhook: str, url: str | None, kinds: tuple[str, ...]) -> None:
    """Change where a webhook leads, or what it gets."""
    path = f"/webhooks/{finding.webhook(session.api, webhook)['id']}"
    now, tag = session.api.read(path)
    sent = {name: now[name] for name in ("url", "kinds", "include_clients")}
    sent |= {"url": url or now["url"], "kinds": list(kinds) or now["kinds"]}
    now = session.api.change("PUT", path, sent, tag)
    session.out.done(f"{now['url']} is changed.", now, "id")


@verb(webhooks, "renew-secret")
@named
def renew_secret(session: Session, webhook: str) -> None:
    """Renew the secret; the one before signs too for a day."""
    found = finding.webhook(session.api, webhook)
    made = session.api.create(f"/webhooks/{found['id']}/secrets")
    _secret(session, f"{found['url']} has a new secret.", made)


@verb(webhooks, "test")
@named
@waiting
def test(session: Session, webhook: str, wait: bool, timeout: int) -> None:
    """Send a test to a webhook."""
    found = finding.webhook(session.api, webhook)
    begun = session.api.do(f"/webhooks/{found['id']}/tests")
    _delivered(session, begun, wait, timeout)


def _delivered(session: Session, begun: Row, wait: bool, timeout: int) -> None:
    now = follow(session, begun, f"/deliveries/{begun['id']}", wait, timeout)
    session.out.thing(now, DELIVERY, "id")


@verb(webhooks, "resume")
@named
def resume(session: Session, webhook: str) -> None:
    """Resume a webhook that was paused or switched off."""
    found = finding.webhook(session.api, webhook)
    now = session.api.do(f"/webhooks/{found['id']}/resume")
    session.out.done(f"{now['url']} goes on.", now, "id")


@verb(webhooks, "remove")
@named
@with_yes
def remove(session: Session, webhook: str, yes: bool) -> None:
    """Remove a webhook, with the record of its deliveries."""
    found = finding.webhook(session.api, webhook)
    sure(found["url"], f"{found['url']} goes with the record of its deliveries.", yes)
    session.api.call("DELETE", f"/webhooks/{found['id']}")
    session.out.done(f"{found['url']} is removed.", found, "id")


@click.group()
def deliveries() -> None:
    """What was sent to webhooks."""


@verb(deliveries, "list")
@click.option("--state", type=click.Choice(["waiting", "sent", "failed"]))
@click.option("--webhook", metavar="URL|ID", help="Only those of that webhook.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_deliveries(
    session: Session, state: str | None, webhook: str | None, most: int | None
) -> None:
    """List what was sent to webhooks, the newest first."""
    only = finding.webhook(session.api, webhook)["id"] if webhook else None
    pages = session.api.pages("/deliveries", most, state=state, webhook=only)
    session.out.rows(pages, DELIVERIES, "id")


@verb(deliveries, "show")
@click.argument("delivery")
def show_delivery(session: Session, delivery: str) -> None:
    """Show a delivery."""
    session.out.thing(session.api.get(f"/deliveries/{delivery}"), DELIVERY, "id")


@verb(deliveries, "again")
@click.argument("delivery")
@waiting
def again(session: Session, delivery: str, wait: bool, timeout: int) -> None:
    """Send an alert again."""
    _delivered(session, session.api.do(f"/deliveries/{delivery}/again"), wait, timeout)


@click.group()
def alerts() -> None:
    """What happened."""


@verb(alerts, "list")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_alerts(session: Session, most: int | None) -> None:
    """List what happened, the newest first."""
    session.out.rows(session.api.pages("/alerts", most), ALERTS, "id")
