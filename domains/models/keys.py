"""The keys that mail of a domain is signed with."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from domains.models.names import Domain

# A message that could not be delivered is tried for five days; caches and delays come on top.
RECORD_STAYS = timedelta(days=7)


def new_selector() -> str:
    return f"kuploy{timezone.now():%Y%m}"


class DkimKeyQuerySet(models.QuerySet["DkimKey"]):
    def in_use(self) -> Self:
        """The one key of each domain that signs."""
        return self.filter(signs_since__isnull=False, replaced_at=None)

    def waiting(self) -> Self:
        """Those that sign as soon as their record is found."""
        return self.filter(signs_since=None, stands_by=False)

    def signing(self, name: str) -> "DkimKey | None":
        """The key that mail of that hosted domain is signed with."""
        hosted = self.in_use().filter(domain__name=name, domain__served=True)
        return hosted.select_related("domain").first()


class DkimKey(models.Model):
    """A signing key. The private half is encrypted at rest and never shown.

    The next one waits until its record is seen in the DNS, and then takes over. Where the customer
    published two CNAMEs there is mostly one that stands by: seen as well, but for later.
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
    # The name in our own zone that has its record, with the customer's CNAME leading there.
    # Empty: the customer publishes the record.
    target = models.CharField(max_length=253, blank=True, default="", db_default="")
    # The second of two CNAMEs: it takes over when it is asked to step forward.
    stands_by = models.BooleanField(default=False, db_default=False)

    objects = DkimKeyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["domain", "selector"], name="one_key_per_selector"),
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(replaced_at=None, signs_since__isnull=False),
                name="one_signing_key",
            ),
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(signs_since=None, stands_by=False),
                name="one_next_key",
            ),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(stands_by=True), name="one_key_stands_by"
            ),
            models.CheckConstraint(
                condition=Q(stands_by=False) | Q(signs_since=None) & ~Q(target=""),
                name="who_stands_by_is_published_by_us",
            ),
        )
        indexes = (
            models.Index(fields=["target"], condition=~Q(target=""), name="keys_by_target"),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def host(self) -> str:
        """The name inside the customer's zone."""
        return f"{self.selector}._domainkey"

    @property
    def is_next(self) -> bool:
        """It waits for its record, and signs once that is found."""
        return not self.signs_since and not self.stands_by

    @property
    def signs(self) -> bool:
        return bool(self.signs_since and not self.replaced_at)

    @property
    def needed_until(self) -> datetime | None:
        """How long the record of a replaced key has to stay."""
        return self.replaced_at and self.replaced_at + RECORD_STAYS
