from celery import shared_task

from plans.billing import snapshots


@shared_task
def take_snapshot() -> None:
    """What every account has today, for the invoices; once a day."""
    snapshots.take()
