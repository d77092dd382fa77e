"""A file that somebody uploaded, its rows, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import Actor
from accounts.models import Account, Membership, Role, User
from kuploy.queue import LATE_AFTER

# A worker says after every few rows that it is alive; a claim older than this is a dead one's.
CLAIM_LASTS = timedelta(minutes=1)
# A job that stops so often without one more row is given up.
MOST_TRIES = 5
# What was not applied by then is closed, and its passwords are erased.
WAITS_FOR = timedelta(hours=24)


class Kind(models.TextChoices):
    DOMAIN = "domain", _("Domains")
    ALIAS_DOMAIN = "alias_domain", _("Alias domains")
    MAILBOX = "mailbox", _("Mailboxes")
    ALIAS = "alias", _("Aliases")


class Mode(models.TextChoices):
    DEFAULT = "default", _("Default")
    EXPERT = "expert", _("Expert")


# What a postmaster may import: the rest is not about the chosen domains.
OF_POSTMASTERS = (Kind.MAILBOX, Kind.ALIAS)


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, membership: Membership) -> Self:
        """A postmaster sees those that are confined to the chosen domains."""
        found = self.filter(account=membership.account)
        if membership.role == Role.POSTMASTER:
            found = found.filter(domain_ids__contained_by=membership.domain_ids)
        return found

    def due(self) -> Self:
        """By the database's clock. A claim in the future was made before the clock went back."""
        working = self.filter(status__in=ImportJob.WORKING)
        return working.filter(Q(claimed_at=None) | ~Q(claimed_at__range=_around_now()))

    def late(self) -> Self:
        """Due for long, while no worker holds any: those that wait for their turn are not late."""
        if ImportJob.objects.filter(claimed_at__range=_around_now()).exists():
            return self.none()
        since = Greatest("created_at", "began_at")
        return self.due().alias(since=since).filter(since__lt=Now() - LATE_AFTER)

    def claim(self, pk: UUID) -> "ImportJob | None":
        """The job, held by the caller from now on; None when another worker has it."""
        claimed = self.due().filter(pk=pk, tries__lt=MOST_TRIES)
        if not claimed.update(claimed_at=Now(), claim=F("claim") + 1, tries=F("tries") + 1):
            return None
        return self.select_related("account__plan", "account__reseller__plan", "user").get(pk=pk)


def _around_now() -> tuple[Any, Any]:
    return Now() - CLAIM_LASTS, Now() + CLAIM_LASTS


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many rows are in which state."""

    by_state: Mapping[str, int]

    def of(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def all(self) -> int:
        return self.of(*self.by_state)

    @property
    def to_do(self) -> int:
        return self.of(*ImportRow.TO_DO)

    @property
    def beyond(self) -> int:
        return self.of(ImportRow.State.BEYOND)

    @property
    def same(self) -> int:
        return self.of(ImportRow.State.SAME)

    @property
    def faulty(self) -> int:
        return self.of(*ImportRow.FAULTY)

    @property
    def created(self) -> int:
        return self.of(ImportRow.State.MADE, ImportRow.State.BLOCKED)

    @property
    def blocked(self) -> int:
        return self.of(ImportRow.State.BLOCKED)

    @property
    def left(self) -> int:
        return self.of(ImportRow.State.LEFT)

    @property
    def skipped(self) -> int:
        """Neither there nor created."""
        return self.faulty + self.left


class ImportJob(models.Model):
    """One file. Its rows stay as the record of who made what; its passwords do not."""

    class Status(models.TextChoices):
        VALIDATING = "validating", _("Checking")
        INVALID = "invalid", _("Invalid")
        READY = "ready", _("Ready")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DONE_WITH_SKIPPED = "done_skipped", _("Done, some left out")
        FAILED = "failed", _("Failed")

    WORKING = (Status.VALIDATING, Status.RUNNING)
    # Nothing was made yet: it can be thrown away.
    OPEN = (Status.VALIDATING, Status.INVALID, Status.READY)

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="imports", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.DEFAULT)
    file_name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status, default=Status.VALIDATING)
    # What is wrong with the file as a whole, or why it was given up.
    problem = models.TextField(blank=True)
    has_header = models.BooleanField(default=False)
    # How far it is read, and worked through: lines of the file.
    read_lines = models.PositiveIntegerField(default=0)

    # Who uploaded it; from when it is applied on, who applied it.
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    mailbox = models.CharField(max_length=320, blank=True)
    reseller = models.CharField(max_length=120, blank=True)
    token = models.CharField(max_length=80, blank=True, db_default="")
    ip = models.GenericIPAddressField(null=True)
    # A postmaster's chosen domains; NULL for all of the account.
    domain_ids = ArrayField(models.UUIDField(), null=True)

    created_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claim = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["account", "-created_at"], name="imports_of_account"),
            models.Index(fields=["-created_at", "-id"], name="imports_newest"),
            models.Index(
                fields=["status", "created_at"],
                condition=Q(status__in=("validating", "invalid", "ready", "running")),
                name="imports_open",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.account.slug, self.pk])

    @property
    def actor(self) -> Actor:
        return Actor(self.account, self.user, self.ip, self.mailbox, self.reseller, self.token)

    def numbers(self) -> Numbers:
        found = self.rows.order_by().values_list("state").annotate(n=models.Count("*"))
        return Numbers(dict(found))

    def erase_secrets(self) -> None:
        """The file and every password in its rows."""
        self.pieces.all().delete()
        self.rows.exclude(secret_encrypted=None).update(secret_encrypted=None)

    @property
    def working(self) -> bool:
        return self.status in self.WORKING

    @property
    def open(self) -> bool:
        return self.status in self.OPEN


class Piece(models.Model):
    """A part of the uploaded file, encrypted. Gone as soon as every row is read."""

    pk = models.CompositePrimaryKey("job", "number")
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    content_encrypted = models.BinaryField()

    def __str__(self) -> str:
        return f"piece {self.number} of {self.job_id}"


class ImportRow(models.Model):
    """A line of the file, and what would become or became of it."""

    class State(models.TextChoices):
        CREATE = "create", _("Will be created")
        BEYOND = "beyond", _("Beyond the plan")
        SAME = "same", _("There already")
        CONFLICT = "conflict", _("Conflict")
        INVALID = "invalid", _("Invalid")
        MADE = "made", _("Created")
        BLOCKED = "blocked", _("Created, blocked")
        LEFT = "left", _("Left out: no room")

    # Still to be made; those that people have to put right.
    TO_DO = (State.CREATE, State.BEYOND)
    FAULTY = (State.CONFLICT, State.INVALID)

    pk = models.CompositePrimaryKey("job", "line")
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    # The address or name, as it would be stored: two rows with one key are duplicates.
    key = models.CharField(max_length=320, blank=True, db_collation="C")
    # What was typed, by the names of the columns; never a password.
    cells = models.JSONField(default=dict)
    # The password cell, encrypted; erased with the job's end or as soon as the row is made.
    secret_encrypted = models.BinaryField(null=True)
    state = models.CharField(max_length=8, choices=State)
    # Pairs of column and sentence; no column: the row as a whole.
    faults = models.JSONField(default=list)
    # What it made: the record of who made what, as long as there are people who ask.
    made_id = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["job", "state", "line"], name="import_rows_by_state"),
            models.Index(fields=["job", "key"], name="import_rows_by_key"),
            models.Index(fields=["made_id"], condition=Q(made_id__isnull=False), name="made_by"),
        )

    def __str__(self) -> str:
        return f"line {self.line} of {self.job_id}"
