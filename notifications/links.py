"""Where an alert leads: to what it is about, as long as that is there."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts.models import Account, Membership, Role
from notifications.models import Alert

# The other apps' rows are looked up through their account: they know alerts, not the other way.
PAGES: dict[str, str] = {
    Alert.Kind.PLAN_LIMIT: "accounts:plan",
    Alert.Kind.CHANNEL_STOPPED: "notifications:webhooks",
}


def links(alerts: Iterable[Alert], membership: Membership) -> dict[int, str]:
    """By the id of the alert; none for what is gone, or is not the reader's any more."""
    alerts = list(alerts)
    open_to_reader = Account.objects.filter(
        Q(pk=membership.account_id) | Q(reseller=membership.account_id)
    )
    domains = {alert.domain_id for alert in alerts} - {None}
    mailboxes = {_mailbox(alert) for alert in alerts} - {None}
    of_domains = open_to_reader.filter(domains__in=domains)
    # Through those few domains: from the account, all mailboxes of a large one would be passed.
    of_mailboxes = open_to_reader.filter(domains__in=domains, domains__mailboxes__in=mailboxes)
    there = set(of_domains.values_list("domains", flat=True))
    there |= set(of_mailboxes.values_list("domains__mailboxes", flat=True))
    if membership.role == Role.POSTMASTER:
        alerts = [alert for alert in alerts if alert.domain_id in membership.domain_ids]
    found = {alert.pk: _link(alert, there) for alert in alerts}
    return {pk: link for pk, link in found.items() if link}


def _mailbox(alert: Alert) -> UUID | None:
    code = alert.facts.get("mailbox_code")
    return UUID(code) if code else None


def _link(alert: Alert, there: set[UUID]) -> str:
    slug = alert.account.slug
    if page := PAGES.get(alert.kind):
        return reverse(page, args=[slug])
    if mailbox := _mailbox(alert):
        return reverse("mailboxes:detail", args=[slug, mailbox]) if mailbox in there else ""
    return (
        reverse("domains:detail", args=[slug, alert.domain_id]) if alert.domain_id in there else ""
    )
