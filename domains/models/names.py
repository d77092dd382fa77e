"""Names that accounts claim, and their states."""

import secrets
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Account,
    Membership,
    Role,
    Suspendable,
    Suspension,
    highest,
    inherited_step,
)
from domains import names
from kuploy.queue import LATE_AFTER

PROOF_PREFIX = "kuploy-verification="


def new_proof_label() -> str:
    return f"d{secrets.randbelow(10**9):09d}"


def new_proof_text() -> str:
    return f"{PROOF_PREFIX}{secrets.token_urlsafe(24)}"


class DomainQuerySet(models.QuerySet["Domain"]):
    def visible_to(self, membership: Membership) -> Self:
        domains = self.filter(account=membership.account)
        if membership.role == Role.POSTMASTER:
            domains = domains.filter(pk__in=membership.domain_ids)
        return domains

    def needing_attention(self) -> Self:
        return self.exclude(status=Domain.Status.REMOVING).filter(healthy=False).order_by("name")

    def broken(self) -> Self:
        """Hosted here, while its DNS records are not as they should be."""
        active = self.filter(healthy=False, status=Domain.Status.ACTIVE)
        return active.exclude(suspension=Suspension.NO_MAIL)

    def due(self) -> Self:
        return self.filter(next_check_at__lte=timezone.now())

    def late(self) -> Self:
        """A claim puts the time forward: whoever should have checked them is away."""
        return self.filter(next_check_at__lt=timezone.now() - LATE_AFTER)

    def served_as(self, name: str) -> Self:
        """The domain of that name whose ownership is proved: one at most."""
        return self.filter(name=name, served=True)

    def primary(self) -> Self:
        """Not an alias of another domain: may hold mailboxes."""
        return self.filter(alias_of=None)

    def free_to_check(self, now: datetime) -> Self:
        """Nobody asked for a check moments ago, and none is under way."""
        asked = F("check_queued_at")
        return self.filter(
            Q(check_queued_at=None)
            | Q(check_queued_at__lt=now - CHECK_COOLDOWN, checked_at__gte=asked)
            | Q(check_queued_at__lt=now - CHECK_TAKES)
        )


CHECK_COOLDOWN = timedelta(seconds=5)
# Longer than the slowest look-ups take; after this the page stops asking.
CHECK_TAKES = timedelta(seconds=40)

# Postfix takes mail for a proved domain when its MX points here, or when its owner says so.
LOCAL = Q(status="active") & (Q(mx_here=True) | Q(deliver_here=True))


class SpamLevel(models.TextChoices):
    """From how many points on mail is filed as junk: see mailboxes/maildb.sql."""

    OFF = "off", _("Off: nothing is filed")
    PERMISSIVE = "permissive", _("Permissive: what is almost certainly spam")
    STANDARD = "standard", _("Standard")
    AGGRESSIVE = "aggressive", _("Aggressive: also what is only suspicious")


class MtaSts(models.TextChoices):
    """What other servers do when they cannot deliver encrypted: see domains/mta_sts.py."""

    OFF = "off", _("Off: they deliver all the same")
    TESTING = "testing", _("Testing: they deliver and report")
    ENFORCE = "enforce", _("Enforce: they do not deliver")


class Domain(Suspendable):
    """A name an account claims. It carries mail only while ACTIVE, which means proved."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Ownership not proved")
        ACTIVE = "active", _("Active")
        REMOVING = "removing", _("Being removed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="domains", db_index=False)
    name = models.CharField(_("name"), max_length=253, db_collation="C")
    alias_of = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="alias_domains"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # Ownership: the same token for as long as the claim lasts.
    proof_label = models.CharField(max_length=10, default=new_proof_label, editable=False)
    proof_text = models.CharField(max_length=80, default=new_proof_text, editable=False)
    proved_at = models.DateTimeField(null=True, editable=False)
    # Of an imported one: what the postmaster's mailbox gets as its password with the proof.
    postmaster_hash = models.CharField(max_length=300, blank=True, db_default="", editable=False)

    # One of the two makes the domain local to Postfix: see LOCAL.
    mx_here = models.BooleanField(_("MX points to us"), default=False)
    mx_left_at = models.DateTimeField(null=True, editable=False)
    deliver_here = models.BooleanField(_("deliver here already"), default=False)
    deliver_here_at = models.DateTimeField(null=True, editable=False)
    catch_all = models.CharField(_("catch-all"), max_length=320, blank=True)
    spam_level = models.CharField(
        _("spam filter"), max_length=10, choices=SpamLevel, default=SpamLevel.STANDARD,
        db_default=SpamLevel.STANDARD,
    )  # fmt: skip
    mta_sts = models.CharField(
        _("MTA-STS"), max_length=10, choices=MtaSts, default=MtaSts.OFF, db_default=MtaSts.OFF
    )

    check_queued_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    next_check_at = models.DateTimeField(default=timezone.now, editable=False)
    healthy = models.BooleanField(default=False, editable=False)

    # What the account allows here, below its plan; NULL: as the plan says. See limits.py.
    default_size_bytes = models.PositiveBigIntegerField(null=True, editable=False)
    largest_size_bytes = models.PositiveBigIntegerField(null=True, editable=False)
    mailbox_limit = models.PositiveIntegerField(null=True, editable=False)
    # What its reseller allows here: nobody in the account lifts that.
    reseller_largest_size_bytes = models.PositiveBigIntegerField(null=True, editable=False)
    reseller_mailbox_limit = models.PositiveIntegerField(null=True, editable=False)

    mailbox_count = models.PositiveIntegerField(default=0, editable=False)
    alias_count = models.PositiveIntegerField(default=0, editable=False)

    suspension_above = inherited_step()
    suspension = highest("provider_step", "reseller_step", "suspension_above")
    served = models.GeneratedField(
        expression=Q(status="active"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    local = models.GeneratedField(
        expression=LOCAL,  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "name"], name="one_claim_per_account"),
            # Anyone may claim a name; only one account can have proved it.
            models.UniqueConstraint(
                fields=["name"], condition=Q(proved_at__isnull=False), name="one_proved_holder"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(proved_at__isnull=False),
                name="active_means_proved",
            ),
        )
        indexes = (
            models.Index(fields=["next_check_at"], name="domain_next_check"),
            models.Index(fields=["name"], name="domain_name"),
            models.Index(
                fields=["account", "name"], condition=Q(healthy=False), name="domains_to_look_at"
            ),
            GinIndex(
                fields=["account", "name"],
                opclasses=["uuid_ops", "gin_trgm_ops"],
                name="domain_search",
            ),
            # Few among many: their list must not walk past all the active ones.
            models.Index(
                fields=["account", "status", "name"], condition=~Q(status="active"),
                name="domains_not_active",
            ),
            models.Index(
                fields=["account", "name"], condition=Q(suspension__gt=0),
                name="domains_suspended",
            ),
            models.Index(
                fields=["suspension", "name", "id"], condition=Q(suspension__gt=0),
                name="domains_by_step",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.unicode_name

    def get_absolute_url(self) -> str:
        return reverse("domains:detail", args=[self.account.slug, self.pk])

    @property
    def cause(self) -> Suspendable:
        return self.account if self.suspension_above > self.own_suspension else self

    @property
    def and_above(self) -> list[Suspendable]:
        return [self, self.account]

    @property
    def unicode_name(self) -> str:
        return names.to_unicode(self.name)

    @property
    def proof_name(self) -> str:
        return f"{self.proof_label}.{self.name}"

    @property
    def may_prove(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def waiting(self) -> bool:
        """A check was asked for and has not answered yet."""
        queued = self.check_queued_at
        return bool(queued and (self.checked_at is None or self.checked_at < queued))

    @property
    def checking(self) -> bool:
        """The answer is to be expected any moment; past this, a worker is busy or away."""
        queued = self.check_queued_at
        return bool(queued and self.waiting and queued > timezone.now() - CHECK_TAKES)
