"""What the provider's start page says of the mailbox of the reports."""

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from domains.reports.models import Inbox
from kuploy.queue import LATE_AFTER


def why_unread() -> str:
    """A sentence while nobody reads it; empty when all is well, or nobody is to."""
    if not settings.REPORTS_ADDRESS:
        return ""
    failing = Inbox.objects.exclude(failure="").first()
    if failing:
        return _("DMARC reports are not read: %(reason)s") % {"reason": failing.failure}
    if Inbox.objects.filter(read_at__gt=Now() - LATE_AFTER).exists():
        return ""
    return _("Nobody reads DMARC reports: do beat and a worker for celery run?")
