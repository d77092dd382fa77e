"""Mailboxes, their rules, and aliases."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
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
from domains.models import Domain
from quotas.models import Usage

POSTMASTER = "postmaster"
POSTMASTER_BYTES = 50 * 2**20
POSTMASTER_MESSAGES = 1600
# In which the user of a mailbox may be written to, by their own names; the panel is English.
MAIL_LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("es", "Español"),
    ("fr", "Français"),
]


def this_mail_host() -> str:
    return str(settings.MAIL_HOST)


class TenantQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def visible_to(self, membership: Membership) -> Self:
        rows = self.filter(account=membership.account)
        if membership.role == Role.POSTMASTER:
            rows = rows.filter(domain__in=membership.domain_ids)
        return rows


class Address(models.Model):
    """What mailboxes and aliases share. What is copied from the domain is kept by triggers."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="+")
    local_part = models.CharField(_("address"), max_length=64, db_collation="C")
    # Unique by a constraint below: unique=True adds a second index for LIKE, of no use to "C".
    address = models.CharField(max_length=320, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Copies of domain.served and domain.local, so that a look-up reads one row.
    domain_served = models.BooleanField(default=False, editable=False)
    domain_local = models.BooleanField(default=False, editable=False)
    suspension_above = inherited_step()

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.address

    @property
    def unicode_address(self) -> str:
        return f"{self.local_part}@{names.to_unicode(self.address.rpartition('@')[2])}"


class MailboxQuerySet(TenantQuerySet):
    def signing_in(self) -> Self:
        """Those that Dovecot lets in."""
        open_ones = self.filter(state=Mailbox.State.ACTIVE, domain_served=True)
        return open_ones.filter(suspension__lt=Suspension.NO_SIGN_IN)

    def blocked(self, *accounts: Account) -> Self:
        """Those beyond the plan of their account or of its reseller."""
        return self.filter(account__in=accounts, state=Mailbox.State.BLOCKED)


class Mailbox(Suspendable, Address):
    """Mail on disk and a password to reach it."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Disabled")
        BLOCKED = "blocked", _("Blocked")
        DELETING = "deleting", _("Being deleted")

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="mailboxes")
    display_name = models.CharField(
        _("display name"), max_length=120, blank=True,
        help_text=_("Shown as the sender name in mail programs."),
    )  # fmt: skip
    password_hash = models.CharField(max_length=300, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    # Of a blocked one: what it is again when there is room.
    state_before = models.CharField(
        max_length=10, choices=State, default=State.ACTIVE, db_default=State.ACTIVE, editable=False
    )
    quota_bytes = models.PositiveBigIntegerField(_("size"))
    quota_messages = models.PositiveIntegerField(_("most messages"))
    host = models.CharField(max_length=60, default=this_mail_host)
    language = models.CharField(
        _("language of notices"), max_length=5, choices=MAIL_LANGUAGES, default="en",
        db_default="en",
    )  # fmt: skip
    sieve_script = models.TextField(blank=True, editable=False)

    suspension = highest("provider_step", "reseller_step", "suspension_above")
    counted = models.GeneratedField(
        expression=~Q(local_part=POSTMASTER) & ~Q(state="deleting"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = MailboxQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name_plural = "mailboxes"
        indexes = (
            models.Index(fields=["account", "address"], name="mailboxes_of_account"),
            GinIndex(
                fields=["account", "address"],
                opclasses=["uuid_ops", "gin_trgm_ops"],
                name="mailbox_search",
            ),
            # Few among many: their list must not walk past all the active ones.
            models.Index(
                fields=["account", "state", "address"], condition=~Q(state="active"),
                name="mailboxes_not_active",
            ),
            models.Index(
                fields=["account", "address"], condition=Q(suspension__gt=0),
                name="mailboxes_suspended",
            ),
            models.Index(
                fields=["suspension", "address"], condition=Q(suspension__gt=0),
                name="mailboxes_by_step",
            ),
            # They come back oldest first.
            models.Index(
                fields=["account", "created_at", "id"], condition=Q(state="blocked"),
                name="mailboxes_blocked",
            ),
            # The rounds: the next few of one host, however many the others have.
            models.Index(fields=["host", "address"], name="mailboxes_of_host"),
        )  # fmt: skip
        constraints = (
            models.UniqueConstraint(fields=["address"], name="one_mailbox_per_address"),
            models.CheckConstraint(condition=Q(quota_bytes__gt=0), name="mailbox_has_a_size"),
        )

    def get_absolute_url(self) -> str:
        return reverse("mailboxes:detail", args=[self.account.slug, self.pk])

    @property
    def cause(self) -> Suspendable:
        return self.domain.cause if self.suspension_above > self.own_suspension else self

    @property
    def and_above(self) -> list[Suspendable]:
        return [self, *self.domain.and_above]

    @property
    def home(self) -> str:
        """Where its mail lies under a mail host's root. As long as the id lives, never reused."""
        return f"{self.pk.hex[:2]}/{self.pk}"

    @property
    def is_postmaster(self) -> bool:
        return self.local_part == POSTMASTER

    @property
    def usage(self) -> Usage | None:
        return Usage.objects.filter(username=self.address).first()


class MailRules(models.Model):
    """What its user wants done with mail that comes in. Dovecot obeys the script made of it."""

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, primary_key=True, related_name="mail_rules"
    )
    # Empty: nothing is forwarded.
    forward_to = ArrayField(models.CharField(max_length=320), default=list)
    keep_copy = models.BooleanField(default=True)
    reply_on = models.BooleanField(default=False)
    reply_subject = models.CharField(max_length=120, blank=True)
    reply_text = models.TextField(blank=True)
    reply_first_day = models.DateField(null=True)
    reply_last_day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"rules of {self.mailbox}"


class Alias(Address):
    """An address whose mail goes to others."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="aliases")
    targets = ArrayField(models.CharField(max_length=320), verbose_name=_("targets"))

    class Meta:
        verbose_name_plural = "aliases"
        indexes = (
            models.Index(fields=["account", "address"], name="aliases_of_account"),
            GinIndex(
                fields=["account", "address"],
                opclasses=["uuid_ops", "gin_trgm_ops"],
                name="alias_search",
            ),
        )
        constraints = (models.UniqueConstraint(fields=["address"], name="one_alias_per_address"),)
