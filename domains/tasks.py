from celery import shared_task
from django.utils import timezone

from domains import cnames, key_zone, renewal, verification
from domains.connect import discovery
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
def ask_dns_provider(domain_id: str) -> None:
    """Ask whether the domain's records can be set up at its provider with one click."""
    discovery.look_up(domain_id)


@shared_task
def renew_keys() -> None:
    """Renew keys that have signed for a year, or offer it, and forget those long replaced."""
    cnames.renew_old()
    cnames.make_spares()
    renewal.offer()
    renewal.forget_replaced()
    key_zone.withdraw_unneeded()


@shared_task
def tell_key_zone() -> None:
    """Have our own zone hold the records of the keys that we publish."""
    key_zone.tell()


@shared_task
def forget_codes() -> None:
    OwnershipCode.objects.filter(sent_at__lt=timezone.now() - OwnershipCode.LASTS).delete()
