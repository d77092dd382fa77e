"""Each step of a job is one transaction of the worker that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.audit import audit
from mailboxes.imports.models import ImportJob
from notifications.models import Alert
from notifications.services import raise_alert

Status = ImportJob.Status


class Lost(Exception):
    """Another worker holds the job by now, or somebody threw it away."""


@contextmanager
def holding(job: ImportJob) -> Iterator[None]:
    """All of a step or nothing of it; Lost when the job is not the caller's any more."""
    with transaction.atomic():
        mine = ImportJob.objects.select_for_update(of=("self",), no_key=True)
        if not mine.filter(pk=job.pk, claim=job.claim, status=job.status).exists():
            raise Lost
        yield
        # One step further: this try was not in vain.
        ImportJob.objects.filter(pk=job.pk).update(claimed_at=Now(), tries=0)


def close(job: ImportJob, status: Status, problem: str = "") -> None:
    """The end of a job, inside its last step: the file and every password are erased."""
    job.status, job.problem, job.ended_at = status, problem, timezone.now()
    job.save(update_fields=["status", "problem", "ended_at"])
    job.erase_secrets()


def give_up(job: ImportJob, problem: str) -> None:
    """What was made so far stays."""
    close(job, Status.FAILED, problem)
    tell(job)


def tell(job: ImportJob) -> None:
    """The record of what came of it, and a notice to whoever wants one."""
    numbers = job.numbers()
    audit(
        job.actor, "import.ended", job,
        created=numbers.created, blocked=numbers.blocked, skipped=numbers.skipped,
    )  # fmt: skip
    raise_alert(
        account=job.account,
        kind=Alert.Kind.IMPORT_ENDED,
        facts={
            "file": job.file_name, "import_code": str(job.pk), "created": numbers.created,
            "blocked": numbers.blocked, "skipped": numbers.skipped, "status": job.status,
        },
        dedup_key=f"import:{job.pk}",
    )  # fmt: skip
