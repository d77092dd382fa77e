"""A turn of a job, and what a lost message or a killed worker left behind."""

from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from mailboxes.imports import rehearsal, running
from mailboxes.imports.models import MOST_TRIES, WAITS_FOR, ImportJob, ImportJobQuerySet
from mailboxes.imports.steps import Lost, Status, close, give_up

# Then another job has its turn.
TURN_SECONDS = 2


def take_turn(pk: UUID) -> bool:
    """Work on a job for a while; True when there is more to do."""
    job = ImportJob.objects.claim(pk)
    if job is None:
        return False
    advance = running.advance if job.status == Status.RUNNING else rehearsal.advance
    try:
        more = advance(job, monotonic() + TURN_SECONDS)
    except Lost:
        return False
    # Free for whoever is next.
    ImportJob.objects.filter(pk=pk, claim=job.claim).update(claimed_at=None)
    return more


@transaction.atomic
def give_up_the_hopeless() -> None:
    """Those that stopped again and again at one place."""
    for job in _free().due().filter(tries__gte=MOST_TRIES):
        give_up(job, _("It stopped several times at one place. Tell support which file it is."))


@transaction.atomic
def close_the_forgotten() -> None:
    """Nobody applied them: their passwords are not kept for longer."""
    waiting = _free().filter(ended_at=None, created_at__lt=Now() - WAITS_FOR)
    for job in waiting.filter(status__in=(Status.READY, Status.INVALID)):
        ended = Status.FAILED if job.status == Status.READY else Status.INVALID
        close(job, ended, _("It was not applied within a day. Upload the file again."))


def _free() -> ImportJobQuerySet:
    """None that somebody applies or discards at this moment."""
    locked = ImportJob.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return locked.select_related("account", "user")
