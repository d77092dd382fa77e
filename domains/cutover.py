"""Taking mail for a domain before its MX records point here: by hand, and only for a while.

The mail of neighbours, and of the panel itself, comes here then, whatever the DNS says. So it
rests on a proof that is fresh, and ends by itself.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from domains.models import Domain
from kuploy.errors import Refused
from notifications.models import Alert
from notifications.services import raise_alert

LASTS = timedelta(days=14)
PROOF_IS_FRESH = timedelta(days=30)


@transaction.atomic
def set_deliver_here(*, domain: Domain, on: bool, actor: Actor) -> None:
    """Switch it on for LASTS, or off."""
    now = timezone.now()
    if on and (domain.proved_at is None or domain.proved_at < now - PROOF_IS_FRESH):
        raise Refused(_("The ownership was proved too long ago for this. Change the MX records."))
    Domain.objects.filter(pk=domain.pk).update(deliver_here=on, deliver_here_at=now if on else None)
    audit(actor, "domain.deliver_here", domain, on=on)


def end_what_is_over(domain_ids: Sequence[UUID]) -> None:
    """After LASTS the MX records decide again, and the account is told."""
    over = Domain.objects.filter(
        pk__in=domain_ids, deliver_here=True, deliver_here_at__lt=timezone.now() - LASTS
    )
    for domain in over.select_related("account"):
        with transaction.atomic():
            set_deliver_here(domain=domain, on=False, actor=Actor.system(domain.account))
            if not domain.mx_here:
                _tell(domain)


def _tell(domain: Domain) -> None:
    raise_alert(
        account=domain.account,
        kind=Alert.Kind.DELIVER_HERE_ENDED,
        facts={"domain": domain.unicode_name},
        domain_id=domain.pk,
        dedup_key=f"deliver_here_ended:{domain.pk}:{domain.deliver_here_at}",
    )
