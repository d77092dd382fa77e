"""The keys that mail of a domain is signed with."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from domains.models.names import Domain


def new_selector() -> str:
    return f"kuploy{timezone.now():%Y%m}"


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
