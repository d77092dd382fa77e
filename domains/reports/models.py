"""What receivers report: sums by day and sender for a year, the addresses behind them for less.

Pages read sums. Everything here goes with its domain.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from domains.models import Domain

# Reports, and the addresses in them; sums by day and sender.
KEPT_DAYS = 90
SUMS_KEPT_DAYS = 366
# What nothing vouches for, and what came from our own servers; everybody else has a domain name.
UNKNOWN = ""
OURS = "ours"


class Report(models.Model):
    """One report of one who vouches for it, so that it is counted once, however often it comes."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    # Foreign text, made plain: anybody may claim to be anybody.
    reporter = models.CharField(max_length=100)
    report_id = models.CharField(max_length=255)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day = models.DateField()
    # The domain that the report's own mail was proved to come from; empty: none.
    vouched_by = models.CharField(max_length=253, blank=True)
    policy = models.CharField(max_length=10, blank=True)
    messages = models.BigIntegerField()
    received_on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["domain", "reporter", "report_id", "begins_at", "ends_at", "vouched_by"],
                name="one_report_once",
            ),
        )
        indexes = (
            models.Index(fields=["domain", "day"], name="reports_of_domain"),
            models.Index(fields=["domain", "received_on"], name="reports_received"),
            models.Index(fields=["day"], name="reports_by_day"),
        )

    def __str__(self) -> str:
        return f"{self.reporter}: {self.report_id}"


class Tally(models.Model):
    """How many messages passed and failed, and what receivers did with them."""

    messages = models.BigIntegerField()
    passed = models.BigIntegerField()
    by_dkim = models.BigIntegerField()
    by_spf = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    rejected = models.BigIntegerField()

    COUNTS = ("messages", "passed", "by_dkim", "by_spf", "quarantined", "rejected")

    class Meta:
        abstract = True


class Sum(Tally):
    """All that one sender sent on one day."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    sender = models.CharField(max_length=253, blank=True, db_collation="C")
    # Told by reports that their own domain vouches for.
    vouched = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["domain", "day", "sender", "vouched"], name="one_sum_of_sender"
            ),
        )
        indexes = (models.Index(fields=["day"], name="sums_by_day"),)

    def __str__(self) -> str:
        return f"{self.sender} on {self.day}: {self.messages}"


class Source(Tally):
    """An address of a sender, as one report has it."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    sender = models.CharField(max_length=253, blank=True, db_collation="C")
    ip = models.GenericIPAddressField()
    header_from = models.CharField(max_length=253)
    dkim_domain = models.CharField(max_length=253, blank=True)
    spf_domain = models.CharField(max_length=253, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["domain", "sender", "day"], name="sources_of_sender"),
            models.Index(fields=["day"], name="sources_by_day"),
        )

    def __str__(self) -> str:
        return f"{self.ip} on {self.day}: {self.messages}"


class Intake(models.Model):
    """What was taken for a domain on a day, and what was too much: a flood fills no disk."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    vouched = models.BooleanField()
    sources = models.IntegerField(default=0)
    left_reports = models.IntegerField(default=0)
    left_sources = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["domain", "day", "vouched"], name="one_intake_a_day"),
        )
        indexes = (models.Index(fields=["day"], name="intakes_by_day"),)

    def __str__(self) -> str:
        return f"{self.domain_id} on {self.day}"


class InboxQuerySet(models.QuerySet["Inbox"]):
    def claim(self) -> bool:
        """Whether the caller reads the mailbox now; nobody else does meanwhile."""
        self.bulk_create([Inbox(pk=Inbox.ONLY)], ignore_conflicts=True)
        held = Q(claimed_at__range=(Now() - Inbox.CLAIM_LASTS, Now() + Inbox.CLAIM_LASTS))
        free = self.filter(Q(claimed_at=None) | ~held)
        return bool(free.update(claimed_at=Now()))


class Inbox(models.Model):
    """The mailbox of the reports: when it was last read, and why it could not be since. One row."""

    ONLY = 1
    # Longer than a run takes; a claim in the future was made before the clock went back.
    CLAIM_LASTS = timedelta(minutes=5)

    claimed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    # Whether the DNS lets its address take reports about other domains; NULL: not known yet.
    takes_reports = models.BooleanField(null=True)
    counted = models.BigIntegerField(default=0)
    set_aside = models.BigIntegerField(default=0)

    objects = InboxQuerySet.as_manager()

    def __str__(self) -> str:
        return self.failure or f"read at {self.read_at}"

    @classmethod
    def was_read(cls, counted: int, set_aside: int) -> None:
        cls.objects.update(
            claimed_at=None, read_at=Now(), failed_at=None, failure="",
            counted=F("counted") + counted, set_aside=F("set_aside") + set_aside,
        )  # fmt: skip

    @classmethod
    def could_not_be_read(cls, reason: str) -> None:
        cls.objects.update(claimed_at=None, failed_at=Now(), failure=reason)
