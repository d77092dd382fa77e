"""What our own DKIM zone should hold, and what we know that it holds."""

from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from kuploy.queue import LATE_AFTER

BATCH = 100
# Longer than one conversation with the name server: see domains/dns/updates.py.
CLAIM_LASTS = timedelta(minutes=2)
# So often each record is looked at again: a zone that came from a backup comes right by itself.
AGAIN = timedelta(days=1)
PAUSE = timedelta(minutes=1)


class ZoneRecordQuerySet(models.QuerySet["ZoneRecord"]):
    def under(self, zone: str) -> Self:
        return self.filter(name__endswith=f".{zone}")

    def failing(self) -> Self:
        """What could not be put into the zone, or out of it, for a while."""
        return self.filter(failing_since__lt=Now() - LATE_AFTER)

    @transaction.atomic
    def claim(self, zone: str) -> "list[ZoneRecord]":
        """Up to BATCH records that are due, now held by the caller."""
        # By the database's clock. What no pause reaches was set before the clock went back.
        passed = Q(due_at__lte=Now()) | Q(due_at__gt=Now() + AGAIN)
        held = Q(claimed_at__range=(Now() - CLAIM_LASTS, Now() + CLAIM_LASTS))
        due = self.under(zone).filter(passed, Q(claimed_at=None) | ~held).order_by("due_at")
        found = list(due.select_for_update(skip_locked=True)[:BATCH])
        self.filter(pk__in=[each.pk for each in found]).update(claimed_at=Now())
        return found

    @transaction.atomic
    def told(self, records: "list[ZoneRecord]") -> None:
        """The zone holds these as they were claimed; what was changed meanwhile stays due."""
        names = [each.pk for each in records]
        held = dict(self.select_for_update().filter(pk__in=names).values_list("pk", "text"))
        same = [each for each in records if held.get(each.pk) == each.text]
        self.filter(pk__in=names).update(claimed_at=None, failure="", failing_since=None)
        self.filter(pk__in=[each.pk for each in same if not each.text]).delete()
        self.filter(pk__in=[each.pk for each in same if each.text]).update(
            published_at=Coalesce("published_at", Now()), due_at=Now() + AGAIN
        )

    def not_told(self, records: "list[ZoneRecord]", reason: str) -> None:
        self.filter(pk__in=[each.pk for each in records]).update(
            claimed_at=None, due_at=Now() + PAUSE, failure=reason[:500],
            failing_since=Coalesce("failing_since", Now()),
        )  # fmt: skip


class ZoneRecord(models.Model):
    """One TXT record. It belongs to no domain: the withdrawal outlives that."""

    name = models.CharField(primary_key=True, max_length=253)
    # Empty: the name should hold nothing, and then the row goes.
    text = models.TextField(blank=True)
    # Since when the zone holds this text. NULL: not yet, as far as we know.
    published_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)
    failing_since = models.DateTimeField(null=True)

    objects = ZoneRecordQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], name="zone_records_due"),
            models.Index(
                fields=["failing_since"], condition=Q(failing_since__isnull=False),
                name="zone_records_failing",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name
