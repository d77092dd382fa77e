"""Who signed in, how and from where."""

from datetime import timedelta
from typing import Self

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mailboxes.models.boxes import Mailbox

# Nobody's whereabouts are kept for longer than it takes to notice a stranger.
KEPT = timedelta(days=30)


class SignInQuerySet(models.QuerySet["SignIn"]):
    def of(self, mailbox: Mailbox) -> Self:
        """The newest first; what is due to be forgotten is not shown any more."""
        recent = self.filter(mailbox_id=mailbox.pk, last_at__gt=Now() - KEPT)
        return recent.order_by("-last_at", "way", "ip")

    def forget_old(self) -> None:
        self.filter(last_at__lte=Now() - KEPT).delete()


class SignIn(models.Model):
    """A way and an address from which somebody signed in: see sign_ins.sql."""

    class Way(models.TextChoices):
        IMAP = "imap", _("Reading (IMAP)")
        SMTP = "smtp", _("Sending (SMTP)")
        PAGE = "page", _("Web page")

    pk = models.CompositePrimaryKey("mailbox_id", "way", "ip")
    mailbox_id = models.UUIDField()
    way = models.CharField(max_length=10, choices=Way)
    ip = models.GenericIPAddressField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = SignInQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = '"mail"."sign_in"'

    def __str__(self) -> str:
        return f"{self.way} from {self.ip}"

    @classmethod
    def note(cls, mailbox: Mailbox, ip: str | None) -> None:
        """One on the mailbox's own page; the others are noted by Dovecot."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mail.note_sign_in(%s, %s, %s)", [mailbox.address, cls.Way.PAGE, ip or ""]
            )
