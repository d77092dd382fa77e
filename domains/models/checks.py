"""What the DNS says of each record."""

from django.conf import settings
from django.db import models

from domains.dns.findings import Kind, State
from domains.models.names import Domain


class RecordCheck(models.Model):
    """What the last look-up of one record said, and when it last could not be made."""

    KINDS = [(kind.value, kind.value.upper()) for kind in Kind]
    STATES = [(state.value, state.value) for state in State]

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="record_checks", db_index=False)
    kind = models.CharField(max_length=20, choices=KINDS)
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


def mx_records() -> tuple[tuple[int, str], ...]:
    """The MX records every customer publishes: priorities 10, 20, ..."""
    return tuple((10 * place, host) for place, host in enumerate(settings.MX_HOSTS, start=1))
