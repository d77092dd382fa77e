"""What a person sees under the bell."""

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from notifications.models.alerts import Alert
from notifications.models.channels import Channel


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
