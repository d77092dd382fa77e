"""How long deliveries, notices and alerts are kept."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Account
from notifications.models import Alert, Delivery, Notice

DELIVERIES_KEPT = timedelta(days=90)
ALERTS_KEPT = timedelta(days=365)
BATCH = 500


def forget_old() -> None:
    """A few at a time, so that nobody waits."""
    _forget(Delivery.objects.all(), "created_at", DELIVERIES_KEPT)
    _forget(Notice.objects.all(), "alert__created_at", DELIVERIES_KEPT)
    _forget(Alert.objects.all(), "created_at", ALERTS_KEPT)


def forget_account(account: Account) -> None:
    """All that happened to it, and whom it was told."""
    alerts = account.alerts.order_by("pk")
    while ids := list(alerts.values_list("pk", flat=True)[:BATCH]):
        alerts.filter(pk__in=ids).delete()


def _forget(rows: QuerySet[Any], time: str, kept: timedelta) -> None:
    # Numbered as they come, so the oldest are the first: no index by time is needed.
    first = rows.annotate(old=Q(**{f"{time}__lt": Now() - kept})).order_by("pk")
    while ids := [pk for pk, old in first.values_list("pk", "old")[:BATCH] if old]:
        rows.filter(pk__in=ids).delete()
