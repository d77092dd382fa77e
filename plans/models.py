"""What was invoiced: see billing/snapshots.sql, which keeps it from being changed."""

from datetime import date
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Case, Q, When


class Snapshot(models.Model):
    """How many mailboxes of an account were in a band on a day, and at which prices.

    Written once and kept for ever: it names things and refers to none, so all of them may go. The
    smallest band has a row for each account, also when nothing was there.
    """

    day = models.DateField()
    month = models.DateField(help_text="Its first day.")
    account_id = models.UUIDField()
    account_name = models.CharField(max_length=120)
    account_slug = models.CharField(max_length=60, db_collation="C")
    reseller_id = models.UUIDField(null=True)
    reseller_name = models.CharField(max_length=120, blank=True)
    # Who pays the provider: the reseller, or else the account itself.
    payer_slug = models.CharField(max_length=60, db_collation="C")
    plan_name = models.CharField(max_length=80)
    band_gb = models.IntegerField()
    mailboxes = models.IntegerField()
    # Of the mailboxes, those that stand for a domain without any.
    empty_domains = models.IntegerField()
    # A month of one, by the account's own plan; NULL where that names no price.
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    # The same by the plan of its reseller, who pays that to the provider.
    reseller_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["day", "account_id", "band_gb"], name="one_snapshot_per_day_and_band"
            ),
        )
        indexes = (
            # In the order of the lists, so that a page reads its own clients only.
            models.Index(
                fields=["reseller_id", "month", "account_slug"],
                condition=Q(reseller_id__isnull=False),
                name="snapshots_of_reseller",
            ),
            models.Index(fields=["month", "payer_slug"], name="snapshots_of_payers"),
        )

    def __str__(self) -> str:
        return f"{self.account_name} on {self.day}: {self.mailboxes} of {self.band_gb} GB"


class LineQuerySet(models.QuerySet["Line"]):
    def of_account(self, account_id: UUID, month: date) -> Self:
        return self.filter(month=month, account_id=account_id)

    def of_clients(self, reseller_id: UUID, month: date) -> Self:
        return self.filter(month=month, reseller_id=reseller_id)

    def paid_by(self, account_id: UUID) -> Self:
        """By its own plan what is its own, by that too what its clients have: due_price, ..."""
        return self._due(Q(account_id=account_id)).filter(
            Q(account_id=account_id) | Q(reseller_id=account_id)
        )

    def paid_to_provider(self) -> Self:
        """The same for all: a reseller pays for its clients."""
        return self._due(Q(reseller_id=None))

    def _due(self, own: Q) -> Self:
        return self.annotate(
            due_price=Case(When(own, then="price"), default="reseller_price"),
            due_amount=Case(When(own, then="amount"), default="reseller_amount"),
        )

    def in_order(self) -> Self:
        return self.order_by("payer_slug", "account_slug", "account_id", "band_gb", "first_day")


class Line(models.Model):
    """What a month of an account's snapshots comes to at one price: a view, see snapshots.sql."""

    id = models.TextField(primary_key=True)
    month = models.DateField()
    account_id = models.UUIDField()
    account_name = models.CharField(max_length=120)
    account_slug = models.CharField(max_length=60)
    reseller_id = models.UUIDField(null=True)
    reseller_name = models.CharField(max_length=120)
    payer_slug = models.CharField(max_length=60)
    plan_name = models.CharField(max_length=80)
    band_gb = models.IntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    reseller_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    first_day = models.DateField()
    last_day = models.DateField()
    mailbox_days = models.BigIntegerField()
    empty_domain_days = models.BigIntegerField()
    highest = models.IntegerField()
    # How many there were on its last day.
    last = models.IntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    reseller_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "plans_line"

    def __str__(self) -> str:
        return f"{self.account_name}, {self.band_gb} GB: {self.mailbox_days} mailbox-days"
