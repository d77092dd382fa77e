"""Telling the account when records that were right no longer are, and when they are again."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from accounts.models import Suspension
from domains.dns.check import Findings
from domains.dns.findings import RECORDS, Kind, State
from domains.models import Domain
from notifications.models import Alert
from notifications.services import raise_alert


def tell_of_changes(
    results: Sequence[tuple[Domain, Findings]], healthy_before: Mapping[UUID, bool]
) -> None:
    """Compare with what is stored now; call it in the transaction that has locked the domains."""
    now = Domain.objects.filter(pk__in=healthy_before, status=Domain.Status.ACTIVE)
    now = now.exclude(suspension=Suspension.NO_MAIL)
    healthy = dict(now.values_list("pk", "healthy"))
    for domain, findings in results:
        if healthy.get(domain.pk, healthy_before[domain.pk]) == healthy_before[domain.pk]:
            continue
        if healthy[domain.pk]:
            _tell_cured(domain)
        else:
            _tell_broken(domain, findings)


def _tell_broken(domain: Domain, findings: Findings) -> None:
    # A look-up that failed says nothing about its record.
    fine = {State.OK, State.UNREACHABLE}
    wrong = [kind for kind in Kind if kind in RECORDS and findings[kind].state not in fine]
    _tell(domain, Alert.Kind.DNS_BROKEN, records=", ".join(kind.upper() for kind in wrong))


def _tell_cured(domain: Domain) -> None:
    """Not at the end of the first set-up: only what was told as broken is cured."""
    last = _last_told(domain)
    if last and last.kind == Alert.Kind.DNS_BROKEN:
        _tell(domain, Alert.Kind.DNS_CURED)


def _tell(domain: Domain, kind: Alert.Kind, **facts: str) -> None:
    last = _last_told(domain)
    raise_alert(
        account=domain.account,
        kind=kind,
        facts={"domain": domain.unicode_name, "domain_code": str(domain.pk), **facts},
        domain_id=domain.pk,
        # After the one before: a number would come again once old alerts are forgotten.
        dedup_key=f"{kind}:{domain.pk}:{last.pk if last else 0}",
    )


def _last_told(domain: Domain) -> Alert | None:
    """The domain is locked, so nobody tells at the same time."""
    kinds = (Alert.Kind.DNS_BROKEN, Alert.Kind.DNS_CURED)
    keys = (Q(dedup_key__startswith=f"{kind}:{domain.pk}:") for kind in kinds)
    return Alert.objects.filter(reduce(or_, keys)).order_by("-pk").first()
