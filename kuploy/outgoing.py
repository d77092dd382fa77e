"""Rows that stand for a message of the panel's that waits to be handed over."""

from datetime import timedelta
from typing import Self, TypeVar

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

M = TypeVar("M", bound=models.Model)
# Longer than handing one over may take.
PAUSE = timedelta(minutes=1)


class OutgoingQuerySet(models.QuerySet[M]):
    """Of a model with `due_at`."""

    def due(self) -> Self:
        """By the database's clock; what no pause reaches was written before it was set back."""
        # Twice: who waits for the lock of another has begun before it, with an earlier Now().
        return self.filter(Q(due_at__lte=Now()) | Q(due_at__gt=Now() + 2 * PAUSE))

    def claim_next(self) -> M | None:
        """The caller holds it until the pause is over; then it is due again."""
        with transaction.atomic():
            locked = self.due().select_for_update(of=("self",), skip_locked=True)
            found = locked.order_by("due_at").first()
            if found:
                self.filter(pk=found.pk).update(due_at=Now() + PAUSE)
            return found
