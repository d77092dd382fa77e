"""What is sold."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quotas.bands import within_bands
from quotas.limits import GB

if TYPE_CHECKING:
    from accounts.models.tenants import Account


# What most hosts sell; nothing in between.
USUAL_SIZES_GB = (1, 2, 3, 4, 5, 6, 7, 8, 16, 25)


def usual_sizes() -> list[int]:
    return list(USUAL_SIZES_GB)


class PlanQuerySet(models.QuerySet["Plan"]):
    def for_sign_up(self) -> "Plan":
        return self.get(for_new_accounts=True)

    def offered_by(self, seller: "Account | None") -> Self:
        """Those that an account may be moved to: the reseller's own, or else the provider's."""
        return self.filter(owner=seller, retired_at=None).order_by("name", "pk")


class Plan(models.Model):
    """What an account may use. No limit is NULL; zero is zero. In use, it can only be retired."""

    class Forwarding(models.TextChoices):
        """Who sets up that mail is sent on from a mailbox."""

        USERS = "users", _("Users and admins")
        ADMINS = "admins", _("Admins only")
        OFF = "off", _("Nobody")

    owner = models.ForeignKey(
        "Account", models.PROTECT, null=True, blank=True, related_name="plans",
        help_text=_("The reseller whose plan it is; empty for the provider's own."),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=80)
    email_hosting = models.BooleanField(_("e-mail hosting"), default=True)
    domain_limit = models.PositiveIntegerField(_("domains"), null=True, blank=True)
    mailbox_limit = models.PositiveIntegerField(_("mailboxes"), null=True, blank=True)
    alias_limit = models.PositiveIntegerField(_("aliases"), null=True, blank=True)
    aliases_per_mailbox = models.PositiveIntegerField(
        _("aliases per mailbox"), null=True, blank=True,
        help_text=_("A domain holds so many for each of its mailboxes, postmaster included."),
    )  # fmt: skip
    default_size_bytes = models.PositiveBigIntegerField(_("default size"), default=8 * 2**30)
    largest_size_bytes = models.PositiveBigIntegerField(_("largest size"), default=25 * 2**30)
    allowed_sizes_gb = ArrayField(
        models.PositiveSmallIntegerField(), default=usual_sizes, verbose_name=_("sizes on offer")
    )
    message_cap = models.PositiveIntegerField(
        _("most messages in a mailbox"), null=True, blank=True,
        help_text=_("Empty: what belongs to its size."),
    )  # fmt: skip

    messages_per_day = models.PositiveIntegerField(
        _("messages a mailbox sends in a day"), null=True, blank=True, default=1000,
        db_default=1000, help_text=_("Empty: as many as it likes."),
    )  # fmt: skip

    recipients_per_message = models.PositiveIntegerField(
        _("recipients of a message"), null=True, blank=True,
        help_text=_("Empty: as many as the mail servers take at once."),
    )  # fmt: skip

    catch_all = models.BooleanField(_("catch-all"), default=True)
    forwarding = models.CharField(
        _("forwarding"), max_length=10, choices=Forwarding, default=Forwarding.USERS
    )
    api = models.BooleanField(_("API"), default=True)
    webhooks = models.BooleanField(_("webhooks"), default=True)
    migration = models.BooleanField(_("migration"), default=True)
    imports = models.BooleanField(_("imports"), default=True)

    retired_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Who has it keeps it; nobody else gets it.")
    )
    for_new_accounts = models.BooleanField(
        _("for new accounts"), default=False, help_text=_("Who signs up gets this plan.")
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["for_new_accounts"], condition=Q(for_new_accounts=True),
                name="one_plan_for_new_accounts",
            ),
            models.CheckConstraint(
                condition=Q(default_size_bytes__lte=models.F("largest_size_bytes")),
                name="default_size_within_largest",
                violation_error_message=_("The default size must not exceed the largest size."),
            ),
            models.CheckConstraint(
                condition=Q(for_new_accounts=False) | Q(owner=None, retired_at=None),
                name="sign_up_needs_a_current_plan",
                violation_error_message=_("New accounts need a plan of the provider's in use."),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def sizes(self) -> list[int]:
        """What a mailbox may be made, in bytes: the sizes on offer and that of a new one."""
        offered = {gb * GB for gb in self.allowed_sizes_gb} | {self.default_size_bytes}
        return sorted(size for size in offered if 0 < size <= self.largest_size_bytes)

    def clean(self) -> None:
        """What no band holds could not be invoiced; of no messages Dovecot makes no limit."""
        if self.message_cap == 0:
            raise ValidationError({"message_cap": _("A mailbox has to hold at least 1 message.")})
        if not within_bands(self.largest_size_bytes, settings.BILLING_BANDS_GB):
            raise ValidationError(
                _("The largest size that can be invoiced is %(band)d GB."),
                params={"band": settings.BILLING_BANDS_GB[-1]},
            )


class BandPrice(models.Model):
    """What a month of a mailbox in that billing band costs on a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="prices")
    band_gb = models.PositiveSmallIntegerField(_("band in GB"))
    monthly = models.DecimalField(_("price per month"), max_digits=10, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["plan", "band_gb"], name="one_price_per_band"),
            models.CheckConstraint(condition=Q(monthly__gte=0), name="price_not_below_zero"),
        )

    def __str__(self) -> str:
        return f"{self.plan}: {self.band_gb} GB for {self.monthly}"
