"""Alerts on their way to a channel, and each attempt."""

from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Case, ExpressionWrapper, Q, Value, When
from django.db.models.functions import Now, Random
from django.utils.translation import gettext_lazy as _

from kuploy.queue import LATE_AFTER
from notifications.models.alerts import Alert

# Pauses between the attempts of one delivery: two days in all (Standard Webhooks asks for days).
PAUSES = tuple(
    timedelta(**pause)
    for pause in (
        {"seconds": 10}, {"seconds": 30}, {"minutes": 2}, {"minutes": 10}, {"minutes": 30},
        {"hours": 1}, {"hours": 3}, {"hours": 7}, {"hours": 12}, {"hours": 24},
    )
)  # fmt: skip


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def in_state(self, state: str) -> Self:
        return self.filter(ROWS_IN[state])

    def late(self) -> Self:
        """Due for long on a channel that could take it: whoever should send it is away."""
        return self.due().filter(
            due_at__lt=Now() - LATE_AFTER, channel__state="active", channel__quiet_until=None
        )

    def due(self) -> Self:
        """Never tried, or its pause is over; tried in the future: the clock was set back since."""
        first = Q(attempt_count=0)
        return self.filter(
            first | Q(due_at__lte=Now()) | Q(tried_at__gt=Now()), due_at__isnull=False
        )


WAITING = Q(due_at__isnull=False)
SENT = Q(due_at=None, sent_at__isnull=False)
FAILED = Q(due_at=None, sent_at=None)
ROWS_IN = {"waiting": WAITING, "sent": SENT, "failed": FAILED}


class Delivery(models.Model):
    """One alert on its way to one channel: due until it was sent or given up."""

    # The same at every attempt, so that a receiver can drop a repeat ("webhook-id").
    code = models.UUIDField(unique=True, default=uuid4, db_default=RandomUUID(), editable=False)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(
        "Channel", models.CASCADE, related_name="deliveries", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True, db_default=Now())
    attempt_count = models.PositiveSmallIntegerField(db_default=0)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # How the last attempt ended, for lists.
    outcome = models.CharField(max_length=300, db_default="", blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "alert"], name="one_delivery_per_alert"),
        )
        indexes = (
            models.Index(fields=["channel", "id"], name="deliveries_by_age"),
            models.Index(
                fields=["channel", "id"], condition=Q(due_at__isnull=False), name="deliveries_due"
            ),
            # Few among many: their lists must not walk past all the others.
            models.Index(fields=["channel", "id"], condition=SENT, name="deliveries_sent_by_age"),
            models.Index(
                fields=["channel", "id"], condition=FAILED, name="deliveries_failed_by_age"
            ),
        )
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.alert} to {self.channel}"

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Delivered")
        FAILED = "failed", _("Failed")

    @property
    def given_up(self) -> bool:
        return self.due_at is None and self.sent_at is None

    @property
    def state(self) -> State:
        if self.due_at is not None:
            return self.State.WAITING
        return self.State.FAILED if self.given_up else self.State.SENT


class Attempt(models.Model):
    """One try of a delivery, and what came of it."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(db_default=Now())
    # The answer of a webhook: HTTP status and the beginning of its body.
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.at}: {self.status or self.error}"


def _a_while(pause: timedelta) -> "ExpressionWrapper[Any]":
    """A little apart, so that what failed together does not come back together."""
    return ExpressionWrapper(Value(pause) * (1 + Random() / 10), models.DurationField())


# When to try again after one more failure, by the database's clock; after the last pause, never.
NEXT_DUE = Case(
    *(When(attempt_count=made, then=Now() + _a_while(pause)) for made, pause in enumerate(PAUSES)),
    default=None,
)
