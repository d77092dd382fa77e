"""How the user of a mailbox is reached at another address: to choose a password, or a new one."""

from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from kuploy.outgoing import OutgoingQuerySet
from mailboxes.models.boxes import Mailbox

INVITATION_LASTS = timedelta(days=7)


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def usable(self) -> Self:
        """Confirmed, and of a mailbox that can be signed in to."""
        boxes = Mailbox.objects.signing_in().values("pk")
        return self.filter(confirmed_at__isnull=False, mailbox__in=boxes)


class Recovery(models.Model):
    """Where the user of a mailbox is written to when the password is lost, once confirmed."""

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, primary_key=True, related_name="recovery"
    )
    address = models.CharField(max_length=320)
    confirmed_at = models.DateTimeField(null=True)

    objects = RecoveryQuerySet.as_manager()

    def __str__(self) -> str:
        """Without the address: it is nobody else's business."""
        return f"recovery address of {self.mailbox}"


class MailboxInvitation(models.Model):
    """A link with which somebody chooses the password of a mailbox. It is good once."""

    mailbox = models.OneToOneField(
        Mailbox, models.CASCADE, primary_key=True, related_name="invitation"
    )
    # What the link holds, signed: sent again, the one before is no longer good.
    key = models.UUIDField(default=uuid4, unique=True)
    address = models.CharField(max_length=320)
    sent_at = models.DateTimeField(default=timezone.now)
    # Nobody knows a password yet; else the one that is set counts until the link is used.
    first = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"invitation to {self.mailbox}"

    @property
    def good_until(self) -> datetime:
        return self.sent_at + INVITATION_LASTS

    @property
    def too_old(self) -> bool:
        return self.good_until < timezone.now()


class Letter(models.Model):
    """A message about a mailbox to another address of its user. The row goes when it is sent."""

    class Kind(models.TextChoices):
        """A link to a new password; the password, or the recovery address, is another one; a link
        to confirm that address; one with which the user chooses the password."""

        RESET = "reset"
        CHANGED = "changed"
        MOVED = "moved"
        RECOVERY = "recovery"
        INVITATION = "invitation"

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind)
    address = models.CharField(max_length=320)
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = OutgoingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} of {self.mailbox}"
