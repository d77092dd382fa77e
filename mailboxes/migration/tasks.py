from celery import shared_task
from django.db.models import Count

from mailboxes.migration import copying, outcomes, passwords
from mailboxes.migration.models import MigrationMailbox

NUDGE_LASTS_SECONDS = 10
# As many as one worker has threads: what is done nudges no further.
NUDGES_AT_MOST = 8


@shared_task
def move(host: str) -> None:
    """Do what waits for this host. Safe twice: each row is claimed by one run."""
    while row := MigrationMailbox.objects.claim_next(host):
        copying.do(row)


@shared_task
def sweep() -> None:
    """Nudge hosts with mailboxes that are due: retries, and what a worker that died has left."""
    outcomes.end_without_mailbox()
    waiting = MigrationMailbox.objects.due().order_by().values_list("mailbox__host")
    for host, number in waiting.annotate(number=Count("pk")):
        for _nudge in range(min(number, NUDGES_AT_MOST)):
            move.apply_async((host,), queue=queue_of(host), expires=NUDGE_LASTS_SECONDS)


@shared_task
def erase_old_passwords() -> None:
    passwords.erase_old()


def queue_of(host: str) -> str:
    """Not the host's own queue: nobody's kick waits behind a copy of hours."""
    return f"move.{host}"
