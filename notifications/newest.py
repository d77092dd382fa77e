"""The newest deliveries of several channels, as fast for the millionth as for the first."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from notifications.models import Delivery

# Rows of channel and id are compared as wholes, so that only an index of both answers, and it
# starts at the place. Any other way may walk past all the deliveries of everybody.
NEAR = """
    SELECT near.id
      FROM unnest(%(channels)s::uuid[]) AS channel (id)
     CROSS JOIN LATERAL (
           SELECT id FROM notifications_delivery
            WHERE (channel_id, id) > (channel.id, %(above)s)
              AND (channel_id, id) < (channel.id, %(below)s) AND {state}
            ORDER BY channel_id {order}, id {order} LIMIT %(count)s
           ) AS near
"""
STATES: dict[str, str] = {
    Delivery.State.WAITING: "due_at IS NOT NULL",
    Delivery.State.SENT: "due_at IS NULL AND sent_at IS NOT NULL",
    Delivery.State.FAILED: "due_at IS NULL AND sent_at IS NULL",
}
HIGHEST = 2**63 - 1


def near(channels: Sequence[UUID], *, state: str, after: str, before: str, count: int) -> list[int]:
    """Ids of the next ones of each channel, from a place in a list that begins with the newest."""
    above, below = _place(before, 0), _place(after, HIGHEST)
    order = "ASC" if above else "DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            NEAR.format(order=order, state=STATES.get(state, "true")),
            {"channels": list(channels), "above": above, "below": below, "count": count},
        )
        return [pk for (pk,) in cursor.fetchall()]


def _place(typed: str, default: int) -> int:
    if not typed.isascii() or not typed.isdecimal():
        return default
    return min(int(typed[:19]), HIGHEST)
