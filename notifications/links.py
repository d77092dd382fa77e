"""Where an alert leads: to what it is about, as long as that is there."""

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from accounts.models import Account, Membership, Role
from notifications.models import Alert

# What concerns the account as a whole.
PAGES: dict[str, str] = {
    Alert.Kind.PLAN_LIMIT: "accounts:plan",
    Alert.Kind.MAILBOXES_BLOCKED: "accounts:plan",
    Alert.Kind.SUSPENDED: "accounts:overview",
    Alert.Kind.RESUMED: "accounts:overview",
    Alert.Kind.HOST_LEFT: "branding:brand",
    Alert.Kind.IMPORT_ENDED: "imports:list",
    Alert.Kind.CHANNEL_STOPPED: "notifications:webhooks",
}


def links(alerts: Iterable[Alert], membership: Membership) -> dict[int, str]:
    """By the id of the alert; none for what is gone, or is not the reader's any more."""
    alerts = list(alerts)
    there = _there("domains", {alert.domain_id for alert in alerts}, membership)
    there |= _there("domains__mailboxes", {_mailbox(alert) for alert in alerts}, membership)
    there |= _there("migrations__code", {_migration(alert) for alert in alerts}, membership)
    if membership.role == Role.POSTMASTER:
        alerts = [alert for alert in alerts if alert.domain_id in membership.domain_ids]
    found = {alert.pk: _link(alert, there) for alert in alerts}
    return {pk: link for pk, link in found.items() if link}


# The other apps' rows are looked up through their account: they know alerts, not the other way.
def _there(path: str, ids: set[UUID | None], membership: Membership) -> set[UUID]:
    """Those of the reader's account and its clients; found by their ids, however many there are."""
    found = Account.objects.filter(**{f"{path}__in": ids - {None}})
    rows = found.values_list(path, "pk", "reseller_id")
    return {pk for pk, *keepers in rows if membership.account_id in keepers}


def _mailbox(alert: Alert) -> UUID | None:
    code = alert.facts.get("mailbox_code")
    return UUID(code) if code else None


def _migration(alert: Alert) -> UUID | None:
    code = alert.facts.get("migration_code")
    return UUID(code) if code else None


def _link(alert: Alert, there: set[UUID]) -> str:
    slug = alert.account.slug
    if alert.kind in PAGES and not alert.domain_id:
        return reverse(PAGES[alert.kind], args=[slug])
    if migration := _migration(alert):
        return reverse("migration:detail", args=[slug, migration]) if migration in there else ""
    if mailbox := _mailbox(alert):
        return reverse("mailboxes:detail", args=[slug, mailbox]) if mailbox in there else ""
    return (
        reverse("domains:detail", args=[slug, alert.domain_id]) if alert.domain_id in there else ""
    )
