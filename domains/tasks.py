from celery import shared_task
from django.utils import timezone

from domains import renewal, verification
from domains.models import OwnershipCode


@shared_task
def check_domain(domain_id: str) -> None:
    """Look up one domain now. Safe twice: the newest result stands."""
    verification.check([domain_id])


@shared_task
def sweep_checks() -> None:
    """Check what is due, and what a lost message or a killed worker left behind."""
    while due := verification.claim_due():
        verification.check(due)


@shared_task
def renew_keys() -> None:
    """Offer a new key where one has signed for a year, and forget those long replaced."""
    renewal.offer()
    renewal.forget_replaced()


@shared_task
def forget_codes() -> None:
    OwnershipCode.objects.filter(sent_at__lt=timezone.now() - OwnershipCode.LASTS).delete()
