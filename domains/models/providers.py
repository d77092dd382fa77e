"""Who hosts the DNS of a domain, as far as its records can be set up there with one click."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from domains.models.names import Domain

# Longer than two calls that take all the time they get; after this the page stops asking.
LOOK_UP_TAKES = timedelta(seconds=30)


class DnsProvider(models.Model):
    """What it said of Domain Connect when it was last asked."""

    domain = models.OneToOneField(
        Domain, models.CASCADE, primary_key=True, related_name="dns_provider"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    # Where people agree to our records. Empty: nowhere, for it does not know us.
    url = models.CharField(max_length=2000, blank=True)
    name = models.CharField(max_length=80, blank=True)
    # The zone that holds the domain there.
    zone = models.CharField(max_length=253, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def waiting(self) -> bool:
        """It was asked, and its answer is to be expected any moment."""
        answered = self.answered_at and self.answered_at >= self.asked_at
        return not answered and self.asked_at > timezone.now() - LOOK_UP_TAKES

    @property
    def host(self) -> str:
        """Where a person is led to."""
        return urlsplit(self.url).hostname or ""

    @property
    def inside(self) -> str:
        """The domain's name inside the zone; empty for the zone's own."""
        return self.domain.name.removesuffix(self.zone).removesuffix(".")
