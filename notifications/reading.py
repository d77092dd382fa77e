"""What was read under a person's bell."""

from django.db.models.functions import Now

from notifications.models import Channel, Notice

# One click changes so many rows at most: a request has its time.
MOST_AT_ONCE = 50_000


def mark_read(notice: Notice) -> None:
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=Now())


def mark_all_read(panel: Channel, *, up_to: int, kind: str = "") -> int:
    """What was raised until the alert with that id, as what came later was not seen; how many."""
    seen = panel.notices.unread().filter(alert__lte=up_to)
    if kind:
        seen = seen.filter(kind=kind)
    newest = seen.order_by("-alert_id").values("pk")[:MOST_AT_ONCE]
    return Notice.objects.filter(pk__in=newest).update(read_at=Now())
