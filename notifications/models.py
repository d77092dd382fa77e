"""What happened (Alert), where it is told (Channel), and the telling of it."""

from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import connection, models, transaction
from django.db.models import Case, Exists, ExpressionWrapper, OuterRef, Q, Value, When
from django.db.models.functions import Now, Random
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership, Role
from notifications import kinds, sentences

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
# Pauses between the attempts of one delivery: two days in all (Standard Webhooks asks for days).
PAUSES = tuple(
    timedelta(**pause)
    for pause in (
        {"seconds": 10}, {"seconds": 30}, {"minutes": 2}, {"minutes": 10}, {"minutes": 30},
        {"hours": 1}, {"hours": 3}, {"hours": 7}, {"hours": 12}, {"hours": 24},
    )
)  # fmt: skip


class Alert(models.Model):
    """One thing that happened to an account, told once. Its words are made when it is shown."""

    class Kind(models.TextChoices):
        QUOTA_80 = "quota_80", _("A mailbox passes 80 %")
        QUOTA_95 = "quota_95", _("A mailbox passes 95 %")
        QUOTA_100 = "quota_100", _("A mailbox is full")
        QUOTA_NORMAL = "quota_normal", _("A mailbox is back under 75 %")
        PLAN_LIMIT = "plan_limit", _("The plan is almost or quite full")
        DOMAIN_ACTIVE = "domain_active", _("A domain is activated")
        DNS_BROKEN = "dns_broken", _("A DNS record is broken")
        DNS_CURED = "dns_cured", _("The DNS records are right again")
        CLAIM_LOST = "claim_lost", _("A name was proved by somebody else")
        DELIVER_HERE_ENDED = "deliver_here_ended", _("Early delivery has ended")
        CHANNEL_STOPPED = "channel_stopped", _("A webhook was paused or switched off")
        TEST = "test", _("Test")

    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts", db_index=False)
    # The domain concerned, also when it is gone by now; none: the account as a whole.
    domain_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=30, choices=Kind)
    facts = models.JSONField(default=dict)
    dedup_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(fields=["account", "-id"], name="alerts_of_account"),)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return sentences.title(self.kind, self.facts)

    @property
    def body(self) -> str:
        return sentences.body(self.kind, self.facts)

    @property
    def look(self) -> kinds.Look:
        return kinds.LOOKS[self.kind]


# What may be subscribed to; a test goes where it is asked for.
KINDS = [choice for choice in Alert.Kind.choices if choice[0] != Alert.Kind.TEST]


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, membership: Membership) -> Self:
        """A person's own ways, and for those who manage the account its webhooks too."""
        own = Q(membership=membership.pk) if membership.pk else Q(pk=None)
        webhooks = Q(account=membership.account, membership=None)
        return self.filter(own | webhooks if membership.role >= Role.MANAGER else own)

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


class NoticeQuerySet(models.QuerySet["Notice"]):
    def under_bell_of(self, membership: Membership) -> Self:
        """One person's; in a client's account a reseller sees those of the own account."""
        if not membership.as_reseller:
            return self.filter(channel__membership=membership.pk)
        return self.filter(
            channel__membership__user=membership.user,
            channel__membership__account=membership.account.reseller_id,
        )

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """An alert under one person's bell."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="notices", db_index=False)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notices")
    # The alert's own: a list of one kind is read from one index.
    kind = models.CharField(max_length=30)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (
            # Also the order of the list.
            models.UniqueConstraint(fields=["channel", "alert"], name="one_notice_per_alert"),
        )
        indexes = (
            models.Index(fields=["channel", "kind", "alert"], name="notices_of_kind"),
            models.Index(
                fields=["channel", "alert"], condition=Q(read_at=None), name="notices_unread"
            ),
            models.Index(
                fields=["channel", "kind", "alert"], condition=Q(read_at=None),
                name="notices_unread_of_kind",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.alert)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """Never tried, or its pause is over; tried in the future: the clock was set back since."""
        first = Q(attempt_count=0)
        return self.filter(
            first | Q(due_at__lte=Now()) | Q(tried_at__gt=Now()), due_at__isnull=False
        )


SENT = Q(due_at=None, sent_at__isnull=False)
FAILED = Q(due_at=None, sent_at=None)


class Delivery(models.Model):
    """One alert on its way to one channel: due until it was sent or given up."""

    # The same at every attempt, so that a receiver can drop a repeat ("webhook-id").
    code = models.UUIDField(unique=True, default=uuid4, db_default=RandomUUID(), editable=False)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", db_index=False)
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
