"""Mail that moves in: where it is now, and how far each mailbox has come."""

from collections import Counter
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from kuploy import crypto
from kuploy.queue import LATE_AFTER
from mailboxes.migration.connecting import Server
from mailboxes.migration.source import Login
from mailboxes.models import Mailbox

# A run writes every other second; one that has been silent for as long has lost its worker.
CLAIM_LASTS = timedelta(seconds=45)
LONGEST_PAUSE = timedelta(minutes=10)
FREE_PLACE_IS_TAKEN_WITHIN = timedelta(seconds=30)
# Then somebody has to look.
MOST_ATTEMPTS = 6
PASSWORDS_KEPT = timedelta(days=30)
MAILBOXES_PER_JOB = 1000


class Step(models.TextChoices):
    """What is done with each mailbox of a job, one step after the other."""

    TEST = "test", _("Test")
    COPY = "copy", _("Copy")
    FINAL = "final", _("Final copy")


class MigrationJob(models.Model):
    """One server that mail is fetched from, for some mailboxes of an account."""

    class Security(models.TextChoices):
        TLS = "tls", _("SSL/TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None: passwords and mail can be read on the way")

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="migrations")
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(_("port"))
    security = models.CharField(_("encryption"), max_length=10, choices=Security)
    any_certificate = models.BooleanField(_("accept any certificate"), default=False)
    master_user = models.CharField(_("master user"), max_length=320, blank=True)
    master_password = models.BinaryField(null=True, editable=False)
    # None: all mail, whatever its age.
    since = models.DateField(_("only mail since"), null=True, blank=True)
    step = models.CharField(max_length=10, choices=Step, default=Step.TEST)
    # Counts the steps, so that the end of each is told once.
    step_number = models.PositiveIntegerField(default=1)
    passwords_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["account", "-id"], name="migrations_of_account"),)

    def __str__(self) -> str:
        return self.host

    def get_absolute_url(self) -> str:
        return reverse("migration:detail", args=[self.account.slug, self.code])

    @property
    def server(self) -> Server:
        return Server(self.host, self.port, self.security, not self.any_certificate)


class MigrationMailboxQuerySet(models.QuerySet["MigrationMailbox"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(job__account=membership.account)

    def running(self) -> Self:
        return self.filter(state=State.RUNNING, claimed_at__range=_around_now())

    def due(self) -> Self:
        """What waits and whose pause is over, and what a worker that died has left."""
        passed = Q(due_at__lte=Now()) | Q(due_at__gt=Now() + LONGEST_PAUSE)
        waits = Q(state=State.WAITING) & passed
        left = Q(state=State.RUNNING) & ~Q(claimed_at__range=_around_now())
        return self.filter(waits | left, mailbox__isnull=False).exclude(
            mailbox__state=Mailbox.State.DELETING
        )

    def late(self) -> Self:
        """Due for long, while no worker copies any: those that wait for their turn are not late."""
        if self.running().exists():
            return self.none()
        return self.due().filter(due_at__lt=Now() - LATE_AFTER)

    def claim_next(self, host: str) -> "MigrationMailbox | None":
        """The next of a mail host, now held by the caller: who has the fewest running comes first.

        No more at once for an account and from a source than the settings say.
        """
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Workers that choose at one moment would each count without the other.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('migration claims'))")
            # Ids alone are sorted, not whole rows.
            first = self.claimable(host).values("pk")[:1]
            row = (
                self.select_related("job__account", "mailbox__domain").filter(pk__in=first).first()
            )
            return row if row and row.take() else None

    def claimable(self, host: str, without: "MigrationMailbox | None" = None) -> Self:
        """What is due and may begin, or might if that one did not run, in the order of turns."""
        # A few dozen run at most, while a hundred thousand may wait: counted once, not for each.
        running = self.model.objects.running()
        if without:
            running = running.exclude(pk=without.pk)
        mailboxes = list(running.values_list("mailbox", flat=True))
        of_account = Counter(running.values_list("job__account", flat=True))
        of_source = Counter(running.values_list("job__host", flat=True))
        running_of = [When(job__account=account, then=n) for account, n in of_account.items()]
        turns = [Case(*running_of, default=0)] if running_of else []
        return (
            self.due()
            .filter(mailbox__host=host)
            .exclude(job__account__in=_reached(of_account, settings.MIGRATIONS_PER_ACCOUNT))
            .exclude(job__host__in=_reached(of_source, settings.MIGRATIONS_PER_SOURCE))
            .exclude(mailbox__in=mailboxes)
            .order_by(*turns, "due_at", "pk")
        )

    def wait_behind(self, row: "MigrationMailbox") -> bool:
        """Whether others could begin in its place, be it on the mail host or at the source."""
        if row.mailbox is None:
            return False
        others = self.claimable(row.mailbox.host, without=row)
        others = others.exclude(job__account=row.job.account_id)
        return others.filter(due_at__lt=Now() - FREE_PLACE_IS_TAKEN_WITHIN).exists()

    def held_by(self, row: "MigrationMailbox") -> Self:
        """That row, unless it was paused, removed or taken over since the caller got it."""
        mine = self.filter(pk=row.pk, state=State.RUNNING, run_key=row.run_key)
        there = mine.filter(mailbox__isnull=False)
        return there.exclude(mailbox__state=Mailbox.State.DELETING)

    def without_mailbox(self) -> Self:
        """At work, though nothing can be copied any more."""
        gone = Q(mailbox=None) | Q(mailbox__state=Mailbox.State.DELETING)
        return self.filter(gone, state__in=(State.WAITING, State.RUNNING))

    def by_state(self) -> dict[str, int]:
        counted = self.order_by().values_list("state").annotate(number=Count("pk"))
        return dict(counted)


def _around_now() -> tuple[Any, Any]:
    """By the database's clock; a time ahead of it was written before it was set back."""
    return Now() - CLAIM_LASTS, Now() + CLAIM_LASTS


def _reached(counted: Counter[Any], most: int) -> list[Any]:
    return [each for each, number in counted.items() if number >= most]


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class MigrationMailbox(models.Model):
    """One mailbox of a migration, and how far it is with the step of its job.

    The row is the truth: whoever holds no claim on it copies nothing.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    job = models.ForeignKey(MigrationJob, models.CASCADE, related_name="mailboxes")
    # As it was asked for; the mailbox may not be there yet.
    address = models.CharField(max_length=320, db_collation="C")
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="migrations")
    remote_user = models.CharField(max_length=320)
    password = models.BinaryField(null=True, editable=False)
    step = models.CharField(max_length=10, choices=Step, default=Step.TEST)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    # Of the run that goes on: who holds it, and the door for Dovecot.
    run_key = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    door_port = models.PositiveIntegerField(null=True)
    door_key = models.CharField(max_length=64, blank=True)
    # The first copy that came to its end.
    copied_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Each with there, here, messages, bytes: what the source says. copied: in this step.
    folders = models.JSONField(default=list)
    folder = models.CharField(max_length=1000, blank=True)
    messages = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    copied_messages = models.PositiveIntegerField(default=0)
    copied_bytes = models.PositiveBigIntegerField(default=0)
    bytes_per_second = models.PositiveBigIntegerField(default=0)

    objects = MigrationMailboxQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["state", "due_at"], condition=Q(state__in=("waiting", "running")),
                name="migration_work",
            ),
            models.Index(fields=["job", "state"], name="migration_states"),
        )  # fmt: skip
        constraints = (
            models.UniqueConstraint(fields=["job", "address"], name="one_migration_per_mailbox"),
            models.UniqueConstraint(fields=["run_key"], name="one_run_per_key"),
        )

    def __str__(self) -> str:
        return self.address

    @property
    def login(self) -> Login:
        """InvalidToken when the key that its password was encrypted with is gone."""
        sealed = self.job.master_password if self.job.master_user else self.password
        password = crypto.decrypt(bytes(sealed)).decode() if sealed else ""
        return Login(self.remote_user, password, self.job.master_user)

    @property
    def has_password(self) -> bool:
        return bool(self.job.master_password if self.job.master_user else self.password)

    @property
    def move_name(self) -> str:
        """What Dovecot knows the mailbox by while this run lasts: see move.sql."""
        return f"move-{self.run_key}"

    def take(self) -> bool:
        """Hold it, unless somebody has changed it since it was read.

        That a worker died over it counts as an attempt: it may be what the worker died of.
        """
        as_read = MigrationMailbox.objects.filter(
            pk=self.pk, state=self.state, run_key=self.run_key
        )
        taken = as_read.update(
            run_key=uuid4(), state=State.RUNNING, claimed_at=Now(), started_at=Now(),
            ended_at=None, door_port=None, door_key="",
            attempts=F("attempts") + int(self.state == State.RUNNING),
        )  # fmt: skip
        self.refresh_from_db(fields=["run_key", "state", "claimed_at", "started_at", "attempts"])
        return bool(taken)
