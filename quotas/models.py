"""How full things are and were: what Dovecot wrote, and the levels that were announced.

The ids point to rows of apps above this one; SQL keeps them true (see levels.sql).
"""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Usage(models.Model):
    """A row of mail.usage: written by Dovecot, put right by the worker of the mail host."""

    username = models.CharField(max_length=320, primary_key=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = '"mail"."usage"'
        verbose_name_plural = "usage"

    def __str__(self) -> str:
        return f"{self.username}: {self.bytes} bytes in {self.messages} messages"


class Change(models.Model):
    """Something that no settlement has seen yet; triggers write it, a settlement takes it away."""

    subject = models.UUIDField()
    domain_id = models.UUIDField(null=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.subject}: {self.bytes:+} bytes, {self.messages:+} messages"


class Level(models.Model):
    """The step that a mailbox or an account's plan has reached in one metric, as announced."""

    class Metric(models.TextChoices):
        SPACE = "space"
        MESSAGES = "messages"
        DOMAINS = "domains"
        MAILBOXES = "mailboxes"
        ALIASES = "aliases"

    subject = models.UUIDField()
    metric = models.CharField(max_length=10, choices=Metric)
    account_id = models.UUIDField()
    # Of a mailbox; copied, so that those of an account that fill up are found in their order.
    address = models.CharField(max_length=320, db_default="", db_collation="C")
    level = models.SmallIntegerField()
    # How often it has moved: the number of the crossing, which no other crossing will ever have.
    moves = models.IntegerField(db_default=1)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject", "metric"], name="one_level_per_metric"),
        )
        indexes = (
            # Those of a step are few among those of the step before, and listed by address.
            *(
                models.Index(
                    fields=["account_id", "address"],
                    condition=Q(level__gte=step),
                    name=f"levels_from_{step}",
                )
                for step in (80, 95, 100)
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.metric}: {self.level}"


# A page counts no further: a thousand mailboxes that fill up are "more than 999".
MOST_COUNTED = 999


class FillingQuerySet(models.QuerySet["Filling"]):
    def of(self, account_id: UUID, domain_ids: Sequence[UUID] | None = None) -> Self:
        """Those of an account; of these domains only, when any are named."""
        found = self.filter(account_id=account_id)
        return found if domain_ids is None else found.filter(domain_id__in=domain_ids)

    def over(self, step: int) -> Self:
        """Those that use so many percent now: who does has reached that level, or soon will."""
        return self.filter(level__gte=step, percent__gte=step)

    def counts(self, *steps: int) -> dict[int, int]:
        """How many use so many percent; no more than MOST_COUNTED are looked at."""
        return {step: self.over(step)[: MOST_COUNTED + 1].count() for step in steps}


class Filling(models.Model):
    """A mailbox whose level is up, with what it uses now: a view, see filling.sql."""

    mailbox_id = models.UUIDField(primary_key=True)
    account_id = models.UUIDField()
    domain_id = models.UUIDField()
    address = models.CharField(max_length=320)
    state = models.CharField(max_length=10)
    # As announced, the higher one of both metrics.
    level = models.SmallIntegerField()
    # Of its space or of its message cap, whichever is fuller.
    percent = models.BigIntegerField()

    objects = FillingQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "quotas_filling"

    def __str__(self) -> str:
        return f"{self.address}: {self.percent} %"


class Total(models.Model):
    """What all mailboxes of a domain hold together, as of the last settlement."""

    domain_id = models.UUIDField(primary_key=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.domain_id}: {self.bytes} bytes in {self.messages} messages"


class HostTotal(models.Model):
    """What a mail host holds and what was sold of it, as of the last hour."""

    host = models.CharField(max_length=60, primary_key=True)
    mailboxes = models.BigIntegerField()
    bytes = models.BigIntegerField()
    sold_bytes = models.BigIntegerField()
    summed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}: {self.bytes} of {self.sold_bytes} bytes sold"


class Point(models.Model):
    """What a mailbox held at the end of a day that changed it, or by now."""

    pk = models.CompositePrimaryKey("mailbox_id", "day")
    mailbox_id = models.UUIDField()
    day = models.DateField(db_index=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.mailbox_id} on {self.day}: {self.bytes} bytes in {self.messages} messages"
