"""How a run ended, written down; the end of a whole step is told once."""

import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from mailboxes.migration.doorway import Progress
from mailboxes.migration.models import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    MigrationJob,
    MigrationMailbox,
    MigrationMailboxQuerySet,
    State,
    Step,
)
from notifications.models import Alert
from notifications.services import raise_alert

FREE = {"run_key": None, "claimed_at": None, "door_port": None, "door_key": "", "folder": ""}
FIRST_PAUSE = timedelta(seconds=5)


def progress(row: MigrationMailbox, made: Progress, began: float) -> dict[str, Any]:
    """How far the step is: what earlier runs brought, and this one."""
    return {
        "folder": made.folder,
        "folders": [
            {**each, "copied": each["copied"] + made.by_folder.get(each["here"], 0)}
            for each in row.folders
        ],
        "copied_messages": row.copied_messages + made.messages,
        "copied_bytes": row.copied_bytes + made.bytes,
        "bytes_per_second": int(made.bytes / max(time.monotonic() - began, 0.001)),
    }


def done(row: MigrationMailbox, *, note: str = "") -> None:
    kept: dict[str, Any] = {} if row.step == Step.TEST else {"copied_at": Now()}
    if row.step == Step.FINAL:
        kept["password"] = None
    _end(row, state=State.DONE, attempts=0, last_error=note[:500], **kept)


def failed(row: MigrationMailbox, reason: str, *, made: Progress, lasting: bool = False) -> None:
    """Try again after a pause that doubles, unless somebody has to correct something first.

    A run that brought mail does not count as one more failure: the next one brings the rest. But
    when more has come than is there, the same mail comes again and again.
    """
    new = made.messages and row.copied_messages + made.messages <= row.messages
    attempts = 0 if new else row.attempts + 1
    if row.step == Step.TEST or lasting or attempts >= MOST_ATTEMPTS:
        _end(row, state=State.FAILED, attempts=0, last_error=reason[:500])
        return
    pause = min(FIRST_PAUSE * 2**attempts, LONGEST_PAUSE)
    _end(row, state=State.WAITING, attempts=attempts, last_error=reason[:500], due_at=Now() + pause)


def interrupted(row: MigrationMailbox) -> None:
    """It did nothing wrong: it waits for its next turn, behind those who wait already."""
    _end(row, state=State.WAITING, last_error="", due_at=Now())


def end_without_mailbox() -> None:
    """What was to be copied into mailboxes that are gone, or about to be."""
    for row in MigrationMailbox.objects.without_mailbox():
        missing = _("There is no mailbox %(address)s here any more.") % {"address": row}
        still = MigrationMailbox.objects.without_mailbox().filter(pk=row.pk)
        _close(row, still, state=State.FAILED, attempts=0, last_error=missing)


def _end(row: MigrationMailbox, **fields: Any) -> None:
    _close(row, MigrationMailbox.objects.held_by(row), **fields)


def _close(row: MigrationMailbox, still: MigrationMailboxQuerySet, **fields: Any) -> None:
    """STILL finds the row for as long as the caller may say how it ended."""
    with transaction.atomic():
        # Two that end at one moment would each see the other still at work.
        job = MigrationJob.objects.select_for_update().filter(pk=row.job_id).first()
        ended = still.update(**fields, **FREE, ended_at=Now())
        if job and ended and job.step != Step.TEST:
            _follow(job, row)
            _tell_the_end(job)


def _follow(job: MigrationJob, row: MigrationMailbox) -> None:
    """One that was corrected meanwhile, and has passed its test, goes on with the others."""
    passed = MigrationMailbox.objects.filter(pk=row.pk, step=Step.TEST, state=State.DONE)
    passed.update(step=job.step, state=State.WAITING, due_at=Now())


def _tell_the_end(job: MigrationJob) -> None:
    counted = MigrationMailbox.objects.filter(job=job).by_state()
    if counted.keys() & {State.WAITING, State.RUNNING, State.PAUSED}:
        return
    if job.step == Step.FINAL and not counted.get(State.FAILED):
        MigrationJob.objects.filter(pk=job.pk).update(master_password=None)
    raise_alert(
        account=job.account,
        kind=Alert.Kind.MIGRATION_ENDED,
        facts={
            "host": job.host,
            "migration_code": str(job.code),
            "step": job.step,
            "done": counted.get(State.DONE, 0),
            "failed": counted.get(State.FAILED, 0),
        },
        dedup_key=f"migration:{job.pk}:{job.step_number}",
    )
