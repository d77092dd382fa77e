"""Names that accounts claim, their proof, their keys, and what the DNS says about them."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
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
from domains.dns.findings import Kind, State
from kuploy.queue import LATE_AFTER


def new_proof_label() -> str:
    return f"d{secrets.randbelow(10**9):09d}"


def new_proof_text() -> str:
    return f"kuploy-verification={secrets.token_urlsafe(24)}"


def new_selector() -> str:
    return f"kuploy{timezone.now():%Y%m}"


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


class DkimKeyQuerySet(models.QuerySet["DkimKey"]):
    def signing(self, name: str) -> "DkimKey | None":
        """The key that mail of that hosted domain is signed with."""
        hosted = self.filter(domain__name=name, domain__served=True, replaced_at=None)
        return hosted.exclude(signs_since=None).select_related("domain").first()


class DkimKey(models.Model):
    """A signing key. The private half is encrypted at rest and never shown.

    The next one waits until its record is seen in the DNS, and then takes over.
    """

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="dkim_keys")
    selector = models.CharField(max_length=63, default=new_selector)
    public_key = models.TextField(help_text="Base64 of the DER SubjectPublicKeyInfo (RFC 6376).")
    private_key_encrypted = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # NULL: waits. A domain's first key signs at once, for there is none before it.
    signs_since = models.DateTimeField(null=True, default=timezone.now, editable=False)
    # Its record stays published for a while: what it signed is still on its way.
    replaced_at = models.DateTimeField(null=True, editable=False)
    # When the account was told that it has signed for long.
    offered_at = models.DateTimeField(null=True, editable=False)

    objects = DkimKeyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["domain", "selector"], name="one_key_per_selector"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(replaced_at=None, signs_since__isnull=False),
                name="one_signing_key",
            ),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(signs_since=None), name="one_next_key"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class RecordCheck(models.Model):
    """What the last look-up of one record said, and when it last could not be made."""

    KINDS = [(kind.value, kind.value.upper()) for kind in Kind]
    STATES = [(state.value, state.value) for state in State]

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="record_checks", db_index=False)
    kind = models.CharField(max_length=10, choices=KINDS)
    state = models.CharField(max_length=12, choices=STATES)
    found = models.JSONField(default=list)
    source = models.CharField(max_length=300, blank=True)
    sentence = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    # A look-up that failed says nothing about the record: it leaves the above as it was.
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    # What it was when it was last right, and since when it is not: what a change is told by.
    good_found = models.JSONField(default=list)
    good_at = models.DateTimeField(null=True)
    wrong_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["domain", "kind"], name="one_check_per_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.domain_id}: {self.state}"

    @property
    def failure_is_newer(self) -> bool:
        """The last look-up could not be made; what is known is from before."""
        return bool(self.failed_at and (not self.checked_at or self.failed_at > self.checked_at))


class OwnershipCode(models.Model):
    """A code mailed to a role address of the domain: hashed, good for a while, a few tries."""

    LASTS = timedelta(minutes=30)
    MOST_TRIES = 5

    domain = models.OneToOneField(Domain, models.CASCADE, related_name="ownership_code")
    address = models.EmailField()
    code_hash = models.CharField(max_length=128)
    sent_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"code for {self.domain_id} to {self.address}"

    @property
    def expires_at(self) -> Any:
        return self.sent_at + self.LASTS


def mx_records() -> tuple[tuple[int, str], ...]:
    """The MX records every customer publishes: priorities 10, 20, ..."""
    return tuple((10 * place, host) for place, host in enumerate(settings.MX_HOSTS, start=1))
