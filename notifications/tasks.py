from uuid import UUID

from celery import shared_task

from kuploy.queue import after_commit
from notifications import retention, sending
from notifications.models import Channel

SWEEP_AT_MOST = 500
# Long enough for hosts whose clocks differ a little, short enough that nudges do not pile up.
NUDGE_LASTS_SECONDS = 15


@shared_task
def send(channel_id: str) -> None:
    """Send what is due on a channel. Safe twice: one run at a time holds it."""
    if sending.send_due(UUID(channel_id)):
        after_commit(send, channel_id)


@shared_task
def sweep() -> None:
    """Nudge for what is due: retries, and what a lost message or a killed worker left behind."""
    ready = Channel.objects.ready().with_due_deliveries()
    # In any order: with more than this, everybody gets a turn.
    for pk in ready.order_by("?").values_list("pk", flat=True)[:SWEEP_AT_MOST]:
        send.apply_async((str(pk),), expires=NUDGE_LASTS_SECONDS)


@shared_task
def forget_old() -> None:
    retention.forget_old()
