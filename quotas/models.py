"""How full things are: what Dovecot wrote, and the levels that were announced.

The ids point to rows of apps above this one; SQL keeps them true (see levels.sql).
"""

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
    level = models.SmallIntegerField()
    # How often it has moved: the number of the crossing, which no other crossing will ever have.
    moves = models.IntegerField(db_default=1)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject", "metric"], name="one_level_per_metric"),
        )
        indexes = (
            models.Index(fields=["account_id"], condition=Q(level__gt=0), name="levels_raised"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.metric}: {self.level}"


class Total(models.Model):
    """What all mailboxes of a domain hold together, as of the last settlement."""

    domain_id = models.UUIDField(primary_key=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.domain_id}: {self.bytes} bytes in {self.messages} messages"
