"""Where people and accounts want to be told, and which worker holds a channel."""

from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership
from accounts.roles import Act
from notifications.models.deliveries import Delivery

# A claim older than this belongs to a worker that died. Longer than one attempt may take.
CLAIM_LASTS = timedelta(seconds=45)
LONGEST_QUIET = timedelta(hours=1)
# Further ahead than either may be: the clock was set back since it was written.
HELD = Q(claimed_at__range=(Now() - CLAIM_LASTS, Now() + CLAIM_LASTS))
QUIET = Q(quiet_until__range=(Now(), Now() + LONGEST_QUIET))
# Receivers that were slow or away the last time may keep so many threads waiting, all in all.
SLOW_AT_ONCE = 8
SLOW = Q(transport="webhook", quiet_until__isnull=False)
SLOW_LOCK = "SELECT pg_advisory_xact_lock(hashtext('notifications.slow'))"


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, membership: Membership) -> Self:
        """A person's own ways, and for those who manage the account its webhooks too."""
        own = Q(membership=membership.pk) if membership.pk else Q(pk=None)
        webhooks = Q(account=membership.account, membership=None)
        return self.filter(own | webhooks if membership.allows(Act.EDIT_WEBHOOKS) else own)

    def ready(self) -> Self:
        """Active, not waiting, and in nobody's hands; by the clock of the database alone."""
        return self.filter(
            Q(claimed_at=None) | ~HELD, Q(quiet_until=None) | ~QUIET, state=Channel.State.ACTIVE
        )

    def with_due_deliveries(self) -> Self:
        return self.filter(Exists(Delivery.objects.due().filter(channel=OuterRef("pk"))))

    def claim(self, pk: UUID) -> "Channel | None":
        """The channel, now held by the caller; None when it is not ready."""
        ready, claim = self.ready().filter(pk=pk), uuid4()
        if not (ready._claim_quick(claim) or ready._claim_slow(claim)):
            return None
        return self.select_related("account", "membership__user").filter(pk=pk, claim=claim).first()

    def _claim_quick(self, claim: UUID) -> int:
        return self.exclude(SLOW).update(claimed_at=Now(), claim=claim)

    def _claim_slow(self, claim: UUID) -> int:
        """With a place among the slow ones, which are counted by one worker at a time."""
        if not self.exists():
            return 0
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SLOW_LOCK)
            if Channel.objects.filter(HELD, SLOW).count() >= SLOW_AT_ONCE:
                return 0
            return self.update(claimed_at=Now(), claim=claim)


class Channel(models.Model):
    """Where one account, or one person in it, wants to be told of what kinds of alerts."""

    class Transport(models.TextChoices):
        PANEL = "panel", _("In the panel")
        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused after failing for days")
        DISABLED = "disabled", _("Switched off by the receiver")

    id = models.UUIDField(primary_key=True, default=uuid4, db_default=RandomUUID(), editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="channels")
    # Whose choice it is, and goes with the seat; none: a webhook, which belongs to the account.
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="channels"
    )
    # Of a webhook whose URL a reseller's person typed in a client's account: it goes with the
    # reseller, see left_webhooks.sql.
    reseller = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    transport = models.CharField(max_length=10, choices=Transport)
    # A URL or an e-mail address; for e-mail empty: the person's sign-in address.
    address = models.CharField(max_length=2000, blank=True, db_default="")
    # Kinds that are not told. So a kind that comes with a new release is told until muted.
    muted = ArrayField(models.CharField(max_length=30), default=list, db_default=[])
    include_clients = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)

    state = models.CharField(max_length=10, choices=State, db_default=State.ACTIVE)
    # Until when a worker may hold it, and which: see claim().
    claimed_at = models.DateTimeField(null=True, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    # Nothing is sent before: a pause between mails, or the receiver was slow or away.
    quiet_until = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)

    # Webhooks only; the previous secret signs too until its time is over.
    secret_encrypted = models.BinaryField(null=True, editable=False)
    previous_secret_encrypted = models.BinaryField(null=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["membership", "transport", "address"],
                condition=Q(membership__isnull=False),
                name="one_channel_per_address",
            ),
            models.CheckConstraint(
                condition=Q(transport="webhook") ^ Q(membership__isnull=False),
                name="webhooks_belong_to_accounts",
            ),
        )
        indexes = (
            models.Index(
                fields=["claimed_at"], condition=Q(claimed_at__isnull=False), name="channels_held"
            ),
        )

    def __str__(self) -> str:
        """Without the address: it is nobody else's business, and a URL may hold a secret."""
        return self.membership.user.email if self.membership else self.host

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def recipient(self) -> str:
        """The address to which it goes now."""
        if self.transport == self.Transport.EMAIL and not self.address and self.membership:
            return self.membership.user.email
        return self.address

    def still_held(self) -> "models.QuerySet[Channel]":
        """The row, while the claim that this object came with is good and nobody stopped it."""
        return Channel.objects.filter(pk=self.pk, claim=self.claim, state=Channel.State.ACTIVE)

    def release(self) -> None:
        held = Channel.objects.filter(pk=self.pk, claim=self.claim)
        held.update(claimed_at=None, claim=None)
