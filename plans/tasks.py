from celery import shared_task

from mailboxes import blocking
from plans import closing
from plans.billing import snapshots


@shared_task
def take_snapshot() -> None:
    """What every account has today, for the invoices; once a day."""
    snapshots.take()


@shared_task
def bring_back() -> None:
    """Blocked mailboxes for which there is room by now, where they come back by themselves."""
    blocking.bring_back_everywhere()


@shared_task
def finish_removals() -> None:
    """Accounts that are being removed, from where the run before left them."""
    closing.finish_removals()
