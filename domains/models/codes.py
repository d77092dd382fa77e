"""Codes that prove a domain by mail."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from domains.models.names import Domain


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
