"""What happened."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from notifications import kinds, sentences


class Alert(models.Model):
    """One thing that happened to an account, told once. Its words are made when it is shown."""

    class Kind(models.TextChoices):
        QUOTA_80 = "quota_80", _("A mailbox passes 80 %")
        QUOTA_95 = "quota_95", _("A mailbox passes 95 %")
        QUOTA_100 = "quota_100", _("A mailbox is full")
        QUOTA_NORMAL = "quota_normal", _("A mailbox is back under 75 %")
        PLAN_LIMIT = "plan_limit", _("The plan is almost or quite full")
        MAILBOXES_BLOCKED = "mailboxes_blocked", _("Mailboxes are blocked: the plan holds fewer")
        SUSPENDED = "suspended", _("The account, a domain or a mailbox is suspended")
        RESUMED = "resumed", _("A suspension has ended")
        SENDING_LIMIT = "sending_limit", _("A mailbox has reached its sending limit")
        DOMAIN_ACTIVE = "domain_active", _("A domain is activated")
        DNS_BROKEN = "dns_broken", _("A DNS record is broken")
        MX_MOVED = "mx_moved", _("The mail of a domain goes elsewhere")
        DOMAIN_GONE = "domain_gone", _("A domain is no longer in the DNS")
        DNS_CURED = "dns_cured", _("The DNS records are right again")
        DKIM_OLD = "dkim_old", _("A signing key is a year old")
        CLAIM_LOST = "claim_lost", _("A name was proved by somebody else")
        DELIVER_HERE_ENDED = "deliver_here_ended", _("Early delivery has ended")
        HOST_LEFT = "host_left", _("The host name for clients leads elsewhere")
        IMPORT_ENDED = "import_ended", _("An import has ended")
        CHANNEL_STOPPED = "channel_stopped", _("A webhook was paused or switched off")
        MIGRATION_ENDED = "migration_ended", _("A migration has ended")
        TEST = "test", _("Test")

    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts", db_index=False)
    # The domain concerned, also when it is gone by now; none: the account as a whole.
    domain_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=30, choices=Kind)
    facts = models.JSONField(default=dict)
    dedup_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    # Of what lasts: when it was over. Until then it is open.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account", "-id"], name="alerts_of_account"),
            # For the provider: the newest of a kind that is rare.
            models.Index(fields=["kind", "-id"], name="alerts_of_kind"),
            # What lasts and is not over: few among many.
            models.Index(
                fields=["domain_id"],
                name="alerts_open",
                condition=Q(ended_at=None, kind__in=["dns_broken", "mx_moved", "domain_gone"]),
            ),
        )

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
