from uuid import UUID

from celery import shared_task

from clients.branding import hosts


@shared_task
def check_host(branding_id: str) -> None:
    """Look up one reseller's host name now. Safe twice: the newest result stands."""
    hosts.check([UUID(branding_id)])


@shared_task
def sweep_hosts() -> None:
    """Look up what is due, and what a lost message or a killed worker left behind."""
    while due := hosts.claim_due():
        hosts.check(due)
