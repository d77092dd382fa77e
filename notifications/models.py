"""What happened (Alert) and who is told of it (Delivery)."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account

# A claim older than this belongs to a worker that died; the sweep may take it again.
CLAIM_LASTS = timedelta(minutes=2)
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=12)


class Alert(models.Model):
    """One thing that happened to an account, told once."""

    class Kind(models.TextChoices):
        DOMAIN_ACTIVE = "domain_active"
        CLAIM_LOST = "claim_lost"
        DELIVER_HERE_ENDED = "deliver_here_ended"

    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts", db_index=False)
    kind = models.CharField(max_length=30, choices=Kind)
    title = models.CharField(max_length=320)
    body = models.TextField()
    dedup_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["account", "-id"], name="alerts_of_account"),)

    def __str__(self) -> str:
        return self.title


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """Waiting for their time; a claim by a worker that died counts as waiting."""
        now = timezone.now()
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
        return self.filter(free, due_at__lte=now)

    def claim(self, pk: int) -> "Delivery | None":
        """The due row, now held by the caller; None when somebody else has it."""
        if not self.due().filter(pk=pk).update(claimed_at=timezone.now()):
            return None
        return self.select_related("alert__account").get(pk=pk)


class Delivery(models.Model):
    """One message to one address. It is due until it has been sent or given up."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    address = models.EmailField()
    due_at = models.DateTimeField(null=True, default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mail_due"),
        )
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.alert} to {self.address}"

    def succeeded(self) -> None:
        self.due_at, self.sent_at, self.last_error = None, timezone.now(), ""
        self._store()

    def failed(self, reason: str) -> None:
        pause = min(timedelta(seconds=30 * 2**self.attempts), LONGEST_PAUSE)
        given_up = self.attempts + 1 >= MOST_ATTEMPTS
        self.due_at = None if given_up else timezone.now() + pause
        self.last_error = reason[:500]
        self._store()

    def _store(self) -> None:
        self.attempts += 1
        self.claimed_at = None
        self.save()
