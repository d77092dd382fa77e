"""One function per thing a person can do with a migration."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.features import Feature, claim_feature
from accounts.models import Account
from kuploy.errors import Refused
from kuploy.queue import after_commit
from mailboxes.migration import outcomes, passwords, tasks
from mailboxes.migration.connecting import Server
from mailboxes.migration.models import (
    MigrationJob,
    MigrationMailbox,
    MigrationMailboxQuerySet,
    State,
    Step,
)
from mailboxes.migration.wanted import Wanted
from mailboxes.models import Mailbox

AT_WORK = (State.WAITING, State.RUNNING)
# With a thousand mailboxes each: nobody moves more at a time.
MOST_JOBS = 200


@transaction.atomic
def add_migration(
    *,
    account: Account,
    server: Server,
    rows: Sequence[Wanted],
    since: date | None = None,
    master_user: str = "",
    master_password: str = "",
    actor: Actor,
) -> MigrationJob:
    """The server and its mailboxes. A test sign-in to each begins; nothing is copied yet."""
    claim_feature(account, Feature.MIGRATION)
    if account.migrations.count() >= MOST_JOBS:
        raise Refused(_("There are too many migrations: remove those that have ended first."))
    job = MigrationJob.objects.create(
        account=account,
        host=server.host,
        port=server.port,
        security=server.security,
        any_certificate=not server.verify,
        since=since,
        master_user=master_user,
        master_password=passwords.seal(master_password),
    )
    here = _mailboxes(account, [row.address for row in rows])
    MigrationMailbox.objects.bulk_create(
        MigrationMailbox(
            job=job,
            remote_user=row.remote_user,
            password=passwords.seal(row.password),
            **_towards(here, row.address),
        )
        for row in rows
    )
    audit(actor, "migration.added", job, mailboxes=len(rows))
    _nudge(job)
    return job


def _mailboxes(account: Account, addresses: Sequence[str]) -> dict[str, Mailbox]:
    found = Mailbox.objects.filter(account=account, address__in=addresses)
    return {box.address: box for box in found.exclude(state=Mailbox.State.DELETING)}


def _towards(here: dict[str, Mailbox], address: str) -> dict[str, object]:
    """What a row begins with: a test, or the reason why there can be none."""
    if mailbox := here.get(address):
        return {"address": address, "mailbox": mailbox, "state": State.WAITING, "last_error": ""}
    missing = _("There is no mailbox %(address)s here: create it, then test again.")
    reason = missing % {"address": address}
    return {"address": address, "mailbox": None, "state": State.FAILED, "last_error": reason}


@transaction.atomic
def test_again(*, job: MigrationJob, actor: Actor) -> None:
    """Those whose test failed; a mailbox that was missing may be there by now."""
    failed = list(_of(job).filter(step=Step.TEST, state=State.FAILED))
    if not failed:
        raise Refused(_("No test has failed."))
    here = _mailboxes(job.account, [row.address for row in failed])
    for row in failed:
        _test(row, here)
    audit(actor, "migration.tested", job, mailboxes=len(failed))
    _nudge(job)


def _test(row: MigrationMailbox, here: dict[str, Mailbox]) -> None:
    for name, value in _towards(here, row.address).items():
        setattr(row, name, value)
    row.step, row.due_at, row.attempts = Step.TEST, timezone.now(), 0
    row.save()


@transaction.atomic
def correct(
    *, move: MigrationMailbox, remote_user: str, password: str, address: str, actor: Actor
) -> None:
    """Another user, password or mailbox for one row, which is then tested again."""
    others = _of(move.job).exclude(pk=move.pk)
    if others.filter(address=address).exists():
        raise Refused(_("%(address)s is part of this migration already.") % {"address": address})
    row = _of(move.job).get(pk=move.pk)
    if row.state in AT_WORK:
        raise Refused(_("Its mail is being copied: pause it first."))
    row.remote_user, row.address = remote_user, address
    if password:
        row.password = passwords.seal(password)
        MigrationJob.objects.filter(pk=row.job_id).update(passwords_at=Now())
    _test(row, _mailboxes(move.job.account, [address]))
    audit(actor, "migration.corrected", row)
    _nudge(move.job)


@transaction.atomic
def begin(*, job: MigrationJob, step: Step, actor: Actor) -> None:
    """Copy what is not here yet, for all that can be reached; final: for the last time."""
    if step == Step.FINAL and (waiting := domains_elsewhere(job)):
        raise Refused(
            _("The MX records of %(domains)s do not point here yet: mail still comes in there.")
            % {"domains": ", ".join(waiting)}
        )
    rows = _of(job)
    if rows.filter(state__in=AT_WORK).exists():
        raise Refused(_("It is at work: wait for its end, or pause it first."))
    ready = rows.exclude(step=Step.TEST, state=State.FAILED).filter(mailbox__isnull=False)
    reachable = ready.filter(job__master_password__isnull=False) | ready.filter(
        password__isnull=False
    )
    started = rows.filter(pk__in=reachable.values("pk")).update(
        step=step, state=State.WAITING, due_at=Now(), attempts=0, last_error="",
        copied_messages=0, copied_bytes=0, bytes_per_second=0,
    )  # fmt: skip
    if not started:
        raise Refused(_("No mailbox can be copied: correct those whose test failed first."))
    MigrationJob.objects.filter(pk=job.pk).update(step=step, step_number=job.step_number + 1)
    audit(actor, f"migration.{step}", job, mailboxes=started)
    _nudge(job)


def domains_elsewhere(job: MigrationJob) -> list[str]:
    """Those of its mailboxes that get their mail from somewhere else."""
    boxes = Mailbox.objects.filter(migrations__job=job, domain__mx_here=False)
    found = boxes.order_by("domain__name").values_list("domain__name", flat=True)
    return list(found.distinct())


@transaction.atomic
def pause(*, job: MigrationJob, moves: Iterable[MigrationMailbox] = (), actor: Actor) -> None:
    """Of these, or of all: what waits stays where it is, what runs ends within seconds."""
    rows = _chosen(job, moves).filter(state__in=AT_WORK)
    if not rows.update(state=State.PAUSED, **outcomes.FREE):
        raise Refused(_("Nothing is at work that could be paused."))
    audit(actor, "migration.paused", job)


@transaction.atomic
def resume(*, job: MigrationJob, moves: Iterable[MigrationMailbox] = (), actor: Actor) -> None:
    """What was paused goes on, and what failed is tried again, where it stopped."""
    rows = _chosen(job, moves).filter(state__in=(State.PAUSED, State.FAILED))
    with_all = [row.pk for row in rows.select_related("job") if row.mailbox_id and row.has_password]
    again = rows.filter(pk__in=with_all)
    if not again.update(state=State.WAITING, due_at=Now(), attempts=0, last_error=""):
        raise Refused(_("Nothing can go on: correct what has failed first."))
    audit(actor, "migration.resumed", job)
    _nudge(job)


@transaction.atomic
def remove_migration(*, job: MigrationJob, actor: Actor) -> None:
    """The passwords go, and the record; the mail that was copied stays. What runs ends."""
    audit(actor, "migration.removed", job)
    job.delete()


def _of(job: MigrationJob) -> MigrationMailboxQuerySet:
    """Its rows, while nobody else changes what the job does."""
    MigrationJob.objects.select_for_update().get(pk=job.pk)
    return MigrationMailbox.objects.filter(job=job)


def _chosen(job: MigrationJob, moves: Iterable[MigrationMailbox]) -> MigrationMailboxQuerySet:
    rows, chosen = _of(job), [move.pk for move in moves]
    return rows.filter(pk__in=chosen) if chosen else rows


def _nudge(job: MigrationJob) -> None:
    """The hosts of its mailboxes; a lost message is found by the sweep."""
    waiting = MigrationMailbox.objects.filter(job=job, state=State.WAITING)
    for host in waiting.values_list("mailbox__host", flat=True).order_by().distinct():
        if host:
            for _nudge in range(tasks.NUDGES_AT_MOST):
                after_commit(tasks.move, host, queue=tasks.queue_of(host))
