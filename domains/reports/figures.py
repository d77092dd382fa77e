"""What the provider's start page says of the mailbox of the reports."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from domains.reports.models import Inbox
from kuploy.queue import LATE_AFTER


def needs() -> Iterator[str]:
    """Sentences while reports do not come or are not read; none where nobody is asked for them."""
    if not settings.REPORTS_ADDRESS:
        return
    box = Inbox.objects.first()
    if box and box.failure:
        yield _("DMARC reports are not read: %(reason)s") % {"reason": box.failure}
    elif not Inbox.objects.filter(read_at__gt=Now() - LATE_AFTER).exists():
        yield _("Nobody reads DMARC reports: do beat and a worker for celery run?")
    if box and box.takes_reports is False:
        words = _(
            "Receivers may not send DMARC reports about customers to %(address)s. Publish: "
            "%(record)s"
        )
        host = settings.REPORTS_ADDRESS.rpartition("@")[2]
        record = f'*._report._dmarc.{host} TXT "v=DMARC1"'
        yield words % {"address": settings.REPORTS_ADDRESS, "record": record}
