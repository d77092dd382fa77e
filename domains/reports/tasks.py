from celery import shared_task
from django.conf import settings

from domains.reports import authority, reading, retention


@shared_task
def read() -> None:
    """Read the reports that have come. Safe twice: one run at a time, and each counts once."""
    if settings.REPORTS_ADDRESS:
        reading.run()


@shared_task
def check_address() -> None:
    """Look whether receivers may send reports to our address."""
    if settings.REPORTS_ADDRESS:
        authority.check()


@shared_task
def forget_old() -> None:
    retention.forget()
