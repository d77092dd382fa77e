"""What a mailbox held, day by day for a year: a point for each day that changed it."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from quotas.models import Point, Usage

KEPT_DAYS = 366
AT_MOST = 10_000

# One at a time: two would wait for each other's rows.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('quotas.history'))"
# All that has changed since the last day that was noted: so the end of that day gets in too, and
# the days while no worker ran. A day ahead of the clock was noted before it was set back.
NOTE = """
    INSERT INTO quotas_point AS point (mailbox_id, day, bytes, messages)
    SELECT box.id, (usage.updated_at AT TIME ZONE 'UTC')::date, usage.bytes, usage.messages
      FROM mail.usage JOIN mailboxes_mailbox AS box ON box.address = usage.username
     WHERE usage.updated_at >= (
           SELECT least(max(day), (now() AT TIME ZONE 'UTC')::date)::timestamp AT TIME ZONE 'UTC'
             FROM quotas_point)
        ON CONFLICT (mailbox_id, day) DO UPDATE
       SET bytes = EXCLUDED.bytes, messages = EXCLUDED.messages
     WHERE (point.bytes, point.messages) IS DISTINCT FROM (EXCLUDED.bytes, EXCLUDED.messages)
"""
FORGET = """
    DELETE FROM quotas_point WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM quotas_point, (SELECT (now() AT TIME ZONE 'UTC')::date) AS today (today)
         WHERE day < today - %s OR day > today LIMIT %s))
"""


def note() -> None:
    """Write down what changed as of now; today's points follow until the day is over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        (mine,) = cursor.fetchone()
        if mine:
            cursor.execute(NOTE)


def forget() -> int:
    """Drop some of the points that are too old, or ahead of the clock; how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [KEPT_DAYS, AT_MOST])
        return int(cursor.rowcount)


def of(mailbox_id: UUID, usage: Usage | None) -> list[Point]:
    """The points of the last year in their order; the last one is what Dovecot says now."""
    today = timezone.now().date()
    year = (today - timedelta(days=KEPT_DAYS), today - timedelta(days=1))
    past = Point.objects.filter(mailbox_id=mailbox_id, day__range=year)
    now = Point(mailbox_id=mailbox_id, day=today, bytes=0, messages=0)
    if usage:
        now.bytes, now.messages = usage.bytes, usage.messages
    return [*past.order_by("day"), now]


def months(points: Sequence[Point]) -> list[tuple[date, Point]]:
    """What each month ended with, the latest first; a month is named by its first day."""
    ended = {point.day.replace(day=1): point for point in points}
    month, last = points[0].day.replace(day=1), points[0]
    found = []
    while month <= points[-1].day:
        last = ended.get(month, last)
        found.append((month, last))
        month = (month + timedelta(days=31)).replace(day=1)
    return found[::-1]
