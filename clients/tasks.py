from uuid import UUID

from celery import shared_task

from accounts.models import Branding, Logo
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


@shared_task
def forget_logos() -> None:
    """Those of accounts that are gone; where one is replaced, the one before goes at once."""
    shown = Branding.objects.exclude(logo=None).values("logo")
    Logo.objects.exclude(pk__in=shown).delete()
