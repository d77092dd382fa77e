"""One function per thing a person can do with an import."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account
from kuploy.errors import Refused
from kuploy.queue import after_commit
from mailboxes.imports import tasks, uploads
from mailboxes.imports.models import ImportJob

# Files that wait, are checked or run at once, of one account.
MOST_OPEN = 10


@transaction.atomic
def upload(
    *,
    account: Account,
    kind: str,
    mode: str,
    file: "UploadedFile[Any]",
    domain_ids: Sequence[UUID] | None,
    actor: Actor,
) -> ImportJob:
    """Keep a file and have it checked. Nothing is made before it is applied."""
    # Held, so that of two at once the second counts the first.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if ImportJob.objects.filter(account=account, ended_at=None).count() >= MOST_OPEN:
        raise Refused(_("%(most)d imports are open. Apply or discard some first.")
                      % {"most": MOST_OPEN})  # fmt: skip
    job = ImportJob(account=account, kind=kind, mode=mode, file_name=(file.name or "")[-200:])
    _sign(job, domain_ids, actor)
    job.save()
    uploads.keep(job, file)
    audit(actor, "import.uploaded", job, kind=kind)
    after_commit(tasks.work, str(job.pk))
    return job


@transaction.atomic
def apply(*, job: ImportJob, domain_ids: Sequence[UUID] | None, actor: Actor) -> None:
    """Have all good rows made. From here on it is the act of whoever applies it."""
    _move(job, [ImportJob.Status.READY], ImportJob.Status.RUNNING)
    job.began_at = timezone.now()
    _sign(job, domain_ids, actor)
    job.save()
    audit(actor, "import.applied", job, kind=job.kind)
    after_commit(tasks.work, str(job.pk))


@transaction.atomic
def discard(*, job: ImportJob, actor: Actor) -> None:
    """Nothing was made, and nothing of the file is kept."""
    locked = ImportJob.objects.select_for_update().filter(pk=job.pk, status__in=ImportJob.OPEN)
    if not locked.exists():
        raise Refused(_changed(job))
    audit(actor, "import.discarded", job)
    job.delete()


@transaction.atomic
def note_export(*, account: Account, kind: str, actor: Actor) -> None:
    """Hashes are about to leave: who took them is known."""
    audit(actor, "import.exported", account, kind=kind)


def _sign(job: ImportJob, domain_ids: Sequence[UUID] | None, actor: Actor) -> None:
    job.user, job.ip, job.mailbox = actor.user, actor.ip, actor.mailbox
    job.reseller, job.token = actor.reseller, actor.token
    job.domain_ids = None if domain_ids is None else list(domain_ids)


def _move(job: ImportJob, before: Sequence[str], after: ImportJob.Status) -> None:
    moved = ImportJob.objects.filter(pk=job.pk, status__in=before)
    if not moved.update(status=after, claimed_at=None, tries=0):
        raise Refused(_changed(job))
    job.refresh_from_db()


def _changed(job: ImportJob) -> str:
    return _("%(file)s has moved on meanwhile. Look again.") % {"file": job}
