from uuid import UUID

from celery import shared_task

from kuploy.queue import after_commit
from mailboxes.imports import work as turns
from mailboxes.imports.models import ImportJob

NUDGE_LASTS_SECONDS = 15


@shared_task
def work(job_id: str) -> None:
    """One turn of a job; then it lines up again. Safe twice: one run at a time holds it."""
    if turns.take_turn(UUID(job_id)):
        after_commit(work, job_id)


@shared_task
def sweep() -> None:
    """Nudge for what waits for a worker, and end what waited too long."""
    for pk in ImportJob.objects.due().values_list("pk", flat=True):
        work.apply_async((str(pk),), expires=NUDGE_LASTS_SECONDS)
    turns.give_up_the_hopeless()
    turns.close_the_forgotten()
