"""What follows when a domain is proved: its name is won, others are told, hooks run."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import Actor, audit
from domains import hooks
from domains.models import Domain
from notifications.models import Alert
from notifications.services import raise_alert


def activate(*, domain: Domain, method: str, actor: Actor) -> bool:
    """Take the proved name. False when another account was first; both are told which."""
    with transaction.atomic():
        try:
            taken = _take(domain)
        except IntegrityError:
            tell_that_the_name_is_taken(domain)
            return False
        if taken:
            _announce(domain, method, actor)
    return taken


@transaction.atomic
def _take(domain: Domain) -> bool:
    waiting = Domain.objects.filter(pk=domain.pk, status=Domain.Status.PENDING)
    # The unique constraint on proved names settles a race between two accounts.
    taken = waiting.update(
        status=Domain.Status.ACTIVE, proved_at=timezone.now(), next_check_at=timezone.now()
    )
    if taken:
        domain.refresh_from_db()
    return bool(taken)


def _announce(domain: Domain, method: str, actor: Actor) -> None:
    for hook in hooks.activated:
        hook(domain)
    audit(actor, "domain.proved", domain, method=method)
    raise_alert(
        account=domain.account,
        kind=Alert.Kind.DOMAIN_ACTIVE,
        facts={"domain": domain.unicode_name, "domain_code": str(domain.pk)},
        domain_id=domain.pk,
        dedup_key=f"domain_active:{domain.pk}:{domain.proved_at}",
    )
    for rival in Domain.objects.filter(name=domain.name, status=Domain.Status.PENDING):
        tell_that_the_name_is_taken(rival)


def tell_that_the_name_is_taken(domain: Domain) -> None:
    raise_alert(
        account=domain.account,
        kind=Alert.Kind.CLAIM_LOST,
        facts={"domain": domain.unicode_name},
        domain_id=domain.pk,
        dedup_key=f"claim_lost:{domain.pk}",
    )
