"""The work that a mail host is owed."""

from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Case, Q, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kuploy.queue import LATE_AFTER
from mailboxes.models.boxes import Mailbox

# A claim older than this belongs to a worker that died: taking mail from disk may need long, a
# word with Dovecot does not.
CLAIM_LASTS, SHORT_CLAIM_LASTS = timedelta(minutes=10), timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# Past this, the worker of the mail host is busy or away.
ANSWER_TAKES = timedelta(seconds=10)


class HostJobQuerySet(models.QuerySet["HostJob"]):
    def due(self) -> Self:
        """By the database's clock. A time that no pause reaches was set before it went back."""
        short = Q(kind__in=(HostJob.Kind.KICK, HostJob.Kind.MEASURE, HostJob.Kind.WARN))
        held = (short & _around_now(SHORT_CLAIM_LASTS)) | (~short & _around_now(CLAIM_LASTS))
        passed = Q(due_at__lte=Now()) | Q(due_at__gt=Now() + LONGEST_PAUSE)
        return self.filter(passed, Q(claimed_at=None) | ~held)

    def late(self) -> Self:
        """Neither done nor tried: the worker of the host is away."""
        return self.due().filter(due_at__lt=Now() - LATE_AFTER)

    def measuring(self, mailbox: Mailbox) -> "HostJob | None":
        """The question to Dovecot about that mailbox which is not answered yet."""
        return self.filter(kind=HostJob.Kind.MEASURE, mailbox_id=mailbox.pk).first()

    def claim_next(self, host: str) -> "HostJob | None":
        """The most urgent job of the host that is due, now held by the caller."""
        with transaction.atomic():
            free = self.due().filter(host=host).select_for_update(skip_locked=True)
            job = free.order_by("urgency", "due_at").first()
            if job:
                self.filter(pk=job.pk).update(claimed_at=Now())
            return job


def _around_now(duration: timedelta) -> Q:
    return Q(claimed_at__range=(Now() - duration, Now() + duration))


class HostJob(models.Model):
    """Work for the Celery worker of one mail host. The row goes when the work is done."""

    class Kind(models.TextChoices):
        """The most urgent first: nobody's deletion waits behind ten thousand warnings."""

        KICK = "kick", _("End open sessions")
        MEASURE = "measure", _("Ask Dovecot how full a mailbox is")
        PURGE = "purge", _("Delete mail from disk")
        SWEEP = "sweep", _("Delete what came in during the purge")
        WARN = "warn", _("Tell the user that a mailbox fills up")
        ROUND = "round", _("Compare the usage of all mailboxes with Dovecot")

    kind = models.CharField(max_length=10, choices=Kind)
    urgency = models.GeneratedField(
        expression=Case(*(When(kind=kind, then=rank) for rank, kind in enumerate(Kind))),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    host = models.CharField(max_length=60)
    # No foreign key: the last step of a purge outlives the mailbox.
    mailbox_id = models.UUIDField(db_index=True)
    # Of a round: the last one that was compared.
    address = models.CharField(max_length=320)
    home = models.CharField(max_length=60)
    # What a warning says: metric, crossed, used, limit.
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = HostJobQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], name="host_jobs_due"),
            models.Index(fields=["host", "urgency", "due_at"], name="host_jobs_in_order"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["mailbox_id"], condition=Q(kind="measure"), name="one_measure_per_mailbox"
            ),
            models.UniqueConstraint(
                fields=["host"], condition=Q(kind="round"), name="one_round_per_host"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.address} on {self.host}"

    @property
    def late(self) -> bool:
        return self.due_at < timezone.now() - ANSWER_TAKES

    @staticmethod
    def queue_of(host: str) -> str:
        return f"mail.{host}"

    def failed(self, reason: str) -> None:
        """Try again after a pause that doubles."""
        pause = min(timedelta(seconds=5 * 2 ** min(self.attempts, 12)), LONGEST_PAUSE)
        self.attempts += 1
        self.last_error = reason[:500]
        self.again_in(pause)

    def again_in(self, pause: timedelta) -> None:
        """Save it, free and due after the pause."""
        self.claimed_at, self.due_at = None, Now() + pause
        self.save()
