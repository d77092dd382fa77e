"""Webhooks, what was delivered to them, and alerts, for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import OneOf
from accounts.api.guard import Call
from accounts.api.paging import Window, listing, newest_first, place, sealed, unsealed
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.models import Area
from accounts.roles import Act
from kuploy.codes import seal
from notifications import access, webhooks
from notifications.forms import WebhookForm, told_of
from notifications.models import KINDS, Alert, Channel, Delivery

routes = Routes(Area.NOTIFICATIONS)


class WebhookOut(Shown):
    id: UUID
    url: str
    kinds: list[str] = Field(description="The kinds of alerts that it gets.")
    include_clients: bool = Field(description="A reseller's: also of its clients.")
    state: Annotated[str, OneOf(Channel.State)]
    failing_since: datetime | None
    created_at: datetime


def shown(hook: Channel) -> WebhookOut:
    return WebhookOut(
        id=hook.pk, url=hook.address, kinds=told_of(hook), include_clients=hook.include_clients,
        state=hook.state, failing_since=hook.failing_since,
        created_at=hook.created_at,
    )  # fmt: skip


def rows(webhook_id: UUID) -> "QuerySet[Any]":
    return Channel.objects.filter(pk=webhook_id)


@routes.list("/webhooks", Act.EDIT_WEBHOOKS, WebhookOut)
def list_webhooks(request: Call) -> Listing:
    """List webhooks."""
    return Listing([shown(hook) for hook in access.webhooks(request.membership)], "")


class WebhookIn(Sent):
    url: str = Field(examples=["https://example.com/hook"])
    kinds: list[str] = Field(description=f"Among {', '.join(kind for kind, _label in KINDS)}.")
    include_clients: bool = False


class NewWebhook(WebhookOut):
    secret: str = Field(description="With which its messages are signed. It is not shown again.")


@routes.create("/webhooks", Act.EDIT_WEBHOOKS, NewWebhook)
def add_webhook(request: Call, new: WebhookIn) -> NewWebhook:
    """Add a webhook.

    It is called for each alert of the kinds chosen; the answer has its secret.
    """
    choice = _choice(request, new.model_dump())
    hook, secret = webhooks.add_webhook(
        account=request.account, pk=uuid4(), actor=request.actor, **choice
    )
    hook.refresh_from_db()
    return NewWebhook(secret=secret, **shown(hook).model_dump())


def _choice(request: Call, sent: dict[str, Any]) -> dict[str, Any]:
    form = WebhookForm(sent, offer_clients=access.offers_clients(request.membership))
    judged(form)
    return form.choice()


@routes.show("/webhooks/{uuid:webhook_id}", Act.EDIT_WEBHOOKS, WebhookOut)
def show_webhook(request: Call, webhook_id: UUID) -> WebhookOut:
    """Show a webhook."""
    return shown(access.get_webhook(request.membership, webhook_id))


@routes.change(
    "PUT", "/webhooks/{uuid:webhook_id}", Act.EDIT_WEBHOOKS, WebhookOut,
    shown=show_webhook, rows=rows,
)  # fmt: skip
def change_webhook(request: Call, webhook_id: UUID, wanted: WebhookIn) -> WebhookOut:
    """Change where a webhook leads, and what it gets."""
    hook = access.get_webhook(request.membership, webhook_id)
    choice = _choice(request, wanted.model_dump())
    webhooks.change_webhook(channel=hook, actor=request.actor, **choice)
    return shown(hook)


@routes.remove(
    "/webhooks/{uuid:webhook_id}", Act.EDIT_WEBHOOKS, shown=show_webhook, rows=rows
)  # fmt: skip
def remove_webhook(request: Call, webhook_id: UUID) -> None:
    """Remove a webhook, with the record of its deliveries."""
    hook = access.get_webhook(request.membership, webhook_id)
    webhooks.remove_webhook(channel=hook, actor=request.actor)


class Secret(Shown):
    secret: str = Field(description="It is not shown again.")
    previous_until: datetime | None = Field(description="So long the one before signs too.")


@routes.create("/webhooks/{uuid:webhook_id}/secrets", Act.EDIT_WEBHOOKS, Secret)
def renew_secret(request: Call, webhook_id: UUID) -> Secret:
    """Renew the secret of a webhook.

    The one before signs too for a day, so that receivers can be changed one after another. Send an
    Idempotency-Key: a repeat without it makes one more secret.
    """
    hook = access.get_webhook(request.membership, webhook_id)
    seen = webhooks.generation(hook)
    secret = webhooks.rotate_secret(channel=hook, seen=seen, actor=request.actor)
    return Secret(secret=secret, previous_until=hook.previous_secret_until)


@routes.do("/webhooks/{uuid:webhook_id}/resume", Act.EDIT_WEBHOOKS, WebhookOut)
def resume_webhook(request: Call, webhook_id: UUID) -> WebhookOut:
    """Resume a webhook that was paused or switched off.

    What waits goes on at once.
    """
    hook = access.get_webhook(request.membership, webhook_id)
    webhooks.resume(channel=hook, actor=request.actor)
    return show_webhook(request, webhook_id)


class DeliveryOut(Shown):
    """An alert on its way to a webhook."""

    id: UUID = Field(description="The webhook-id of its messages.")
    webhook_id: UUID
    alert_id: UUID
    kind: str
    state: Annotated[str, OneOf(Delivery.State)]
    outcome: str = Field(description="How the last attempt ended.")
    attempt_count: int
    created_at: datetime
    sent_at: datetime | None
    due_at: datetime | None = Field(description="When it is tried next.")


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=row.code, webhook_id=row.channel_id, alert_id=seal("alert", row.alert_id),
        kind=row.alert.kind, state=row.state, outcome=row.outcome, due_at=row.due_at,
        attempt_count=row.attempt_count, created_at=row.created_at, sent_at=row.sent_at,
    )  # fmt: skip


@routes.start(
    "POST", "/webhooks/{uuid:webhook_id}/tests", Act.EDIT_WEBHOOKS, DeliveryOut, at="deliveries"
)
def test_webhook(request: Call, webhook_id: UUID) -> DeliveryOut:
    """Send a test to a webhook."""
    hook = access.get_webhook(request.membership, webhook_id)
    delivery = webhooks.send_test(channel=hook, actor=request.actor)
    return show_delivery(request, delivery.code)


class DeliveryFilter(Window):
    state: Annotated[str, OneOf(Delivery.State)] | None = None
    webhook: UUID | None = Field(None, description="Only those of that webhook.")


@routes.list("/deliveries", Act.EDIT_WEBHOOKS, DeliveryOut)
def list_deliveries(request: Call, chosen: Query[DeliveryFilter]) -> Listing:
    """List what was sent to webhooks, the newest first."""
    hooks = access.webhooks(request.membership).values_list("pk", flat=True)
    wanted = [pk for pk in hooks if chosen.webhook in (None, pk)]
    params = place(unsealed("delivery", chosen.after))
    page = access.page_of_deliveries(wanted, params, state=chosen.state or "", size=chosen.limit)
    return listing(page, _deliveries, sealed("delivery"))


def _deliveries(found: Sequence[Delivery]) -> list[DeliveryOut]:
    return [_delivery(each) for each in found]


@routes.show("/deliveries/{uuid:delivery_code}", Act.EDIT_WEBHOOKS, DeliveryOut)
def show_delivery(request: Call, delivery_code: UUID) -> DeliveryOut:
    """Show a delivery."""
    return _delivery(access.get_delivery(request.membership, delivery_code))


@routes.start(
    "POST", "/deliveries/{uuid:delivery_code}/again", Act.EDIT_WEBHOOKS, DeliveryOut,
    at="deliveries",
)  # fmt: skip
def send_again(request: Call, delivery_code: UUID) -> DeliveryOut:
    """Send an alert again.

    With the same webhook-id, by which a receiver knows that it is a repeat.
    """
    delivery = access.get_delivery(request.membership, delivery_code)
    webhooks.send_again(delivery=delivery, actor=request.actor)
    return show_delivery(request, delivery_code)


class AlertOut(Shown):
    """Something that happened."""

    id: UUID
    kind: str
    at: datetime
    title: str
    body: str
    domain_id: UUID | None
    facts: dict[str, Any] = Field(description="The numbers and names behind it.")


def _alert(alert: Alert) -> AlertOut:
    return AlertOut(
        id=seal("alert", alert.pk), kind=alert.kind, at=alert.created_at, title=alert.title,
        body=alert.body, domain_id=alert.domain_id, facts=alert.facts,
    )  # fmt: skip


@routes.list("/alerts", Act.EDIT_WEBHOOKS, AlertOut)
def list_alerts(request: Call, chosen: Query[Window]) -> Listing:
    """List alerts, the newest first."""
    found = access.alerts(request.membership)
    page = newest_first(found, "alert", chosen)
    return listing(page, lambda found: [_alert(each) for each in found], sealed("alert"))
