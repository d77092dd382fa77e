"""Alerts as one message: a single one in its own words, many as a table."""

from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import brands
from notifications import channels, sentences
from notifications.models import Alert, Channel, Delivery

LISTED_AT_MOST = 200
FILLING = {"quota_80", "quota_95", "quota_100"}
WHAT = {
    "quota_80": gettext_lazy("over 80 %"),
    "quota_95": gettext_lazy("over 95 %"),
    "quota_100": gettext_lazy("full"),
    "quota_normal": gettext_lazy("under 75 %"),
}


def compose(channel: Channel, deliveries: QuerySet[Delivery]) -> dict[str, object]:
    """What the template needs for these."""
    listed = list(
        deliveries.select_related("alert__account").order_by(
            "alert__account__name", "alert__account", "pk"
        )[:LISTED_AT_MOST]
    )
    alerts = [delivery.alert for delivery in listed]
    count = deliveries.count()
    return {
        "subject": alerts[0].title if count == 1 else _subject(channel, deliveries, count),
        "only": alerts[0] if count == 1 else None,
        "groups": _groups(channel, alerts),
        "more": count - len(alerts),
        "account": channel.account,
        "list_url": _url("notifications:list", channel),
        "own": not channel.address,
        "way_out": way_out(channel),
    }


def way_out(channel: Channel) -> str:
    """Where to want less of this: the person's settings, or the end of a further address."""
    return (
        channels.stop_url(channel) if channel.address else _url("notifications:settings", channel)
    )


def _url(name: str, channel: Channel) -> str:
    return brands.of_account(channel.account).base_url + reverse(name, args=[channel.account.slug])


def _subject(channel: Channel, deliveries: QuerySet[Delivery], count: int) -> str:
    kinds = set(deliveries.values_list("alert__kind", flat=True).distinct())
    boxes = deliveries.values("alert__facts__address").distinct().count()
    if kinds <= FILLING:
        text = ngettext(
            "%(count)d mailbox needs attention", "%(count)d mailboxes need attention", boxes
        )
        return text % {"count": boxes}
    if kinds == {"quota_normal"}:
        text = ngettext(
            "%(count)d mailbox is back under 75 %%",
            "%(count)d mailboxes are back under 75 %%",
            boxes,
        )
        return text % {"count": boxes}
    return _("%(count)d notices for %(account)s") % {"count": count, "account": channel.account}


def _groups(channel: Channel, alerts: list[Alert]) -> list[tuple[str, list[str]]]:
    """Lines under the names of their accounts; without a name where there is only one."""
    if not channel.include_clients:
        return [("", _lines(alerts))]
    by_account = groupby(alerts, key=lambda alert: alert.account)
    return [(account.name, _lines(list(theirs))) for account, theirs in by_account]


def _lines(alerts: list[Alert]) -> list[str]:
    rows = [_row(alert.kind, alert.facts, alert.title) for alert in alerts]
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    return [f"{row[0]:{first}}  {row[1]:{second}}  {row[2]}".rstrip() for row in rows]


def _row(kind: str, facts: dict[str, Any], title: str) -> tuple[str, str, str]:
    if kind in WHAT:
        return facts["address"], str(WHAT[kind]), sentences.figures(facts)
    return title, "", ""
