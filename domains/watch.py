"""Telling the account when records that were right no longer are, and when they are again.

A change is told when it is seen a second time: one server may have been wrong for a moment. What
was told stays open until all of it is right again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from domains.checks import Checks
from domains.dns.check import Findings
from domains.dns.findings import RECORDS, Kind, State
from domains.models import Domain, MtaSts, RecordCheck
from notifications.models import Alert
from notifications.services import raise_alert

# A record that was right and is not is looked at again after so long, and then told.
AGAIN = timedelta(minutes=5)
CERTAIN = timedelta(minutes=3)
OPENING = (Alert.Kind.DNS_BROKEN, Alert.Kind.MX_MOVED, Alert.Kind.DOMAIN_GONE)


def doubtful(checks: Checks) -> bool:
    """A record has just changed: look again soon."""
    now = timezone.now()
    watched = [check for kind, check in checks.items() if kind in RECORDS]
    return any(_has_changed(each) and not _is_certain(each, now) for each in watched)


def tell_of_changes(
    results: Sequence[tuple[Domain, Findings]], stored: Mapping[UUID, Checks]
) -> None:
    """Compare with what was told; call it in the transaction that has locked the domains."""
    told = _open_alerts([domain.pk for domain, _findings in results])
    for domain, findings in results:
        _tell_broken(domain, findings, stored[domain.pk], told[domain.pk])
        _tell_cured(domain, stored[domain.pk], told[domain.pk])


def _open_alerts(ids: Sequence[UUID]) -> dict[UUID, list[Alert]]:
    found: dict[UUID, list[Alert]] = defaultdict(list)
    for alert in Alert.objects.filter(domain_id__in=ids, ended_at=None, kind__in=OPENING):
        found[alert.domain_id].append(alert)  # type: ignore[index]
    return found


def _tell_broken(domain: Domain, findings: Findings, checks: Checks, told: list[Alert]) -> None:
    now = timezone.now()
    known = {record for alert in told for record in _records(alert)}
    new = [
        kind for kind in Kind
        if kind in RECORDS and kind.upper() not in known
        and _has_changed(checks[kind]) and _is_certain(checks[kind], now)
    ]  # fmt: skip
    if any(findings[kind].gone for kind in new):
        _open(domain, Alert.Kind.DOMAIN_GONE, new, {})
        return
    for kind, records in (
        (Alert.Kind.MX_MOVED, [kind for kind in new if kind == Kind.MX]),
        (Alert.Kind.DNS_BROKEN, [kind for kind in new if kind != Kind.MX]),
    ):
        if records:
            _open(domain, kind, records, checks)


def _open(domain: Domain, kind: Alert.Kind, records: Sequence[Kind], checks: Checks) -> None:
    changes = [_change(checks[record]) for record in records if record in checks]
    since = {record: str(checks[record].wrong_since) for record in records if record in checks}
    names = ", ".join(record.upper() for record in records)
    # By the moment at which the record went wrong: a later break has another one.
    moment = min(since.values(), default=str(timezone.now()))
    facts: dict[str, object] = {"records": names, "changes": changes}
    if kind == Alert.Kind.MX_MOVED and domain.mta_sts == MtaSts.ENFORCE:
        facts["mta_sts"] = domain.mta_sts
    _raise(domain, kind, f"{names}:{moment}", **facts)


def _change(check: RecordCheck) -> dict[str, object]:
    return {
        "record": check.kind.upper(),
        "was": check.good_found,
        "now": check.found,
        "publish": check.advice.splitlines(),
    }


def _has_changed(check: RecordCheck) -> bool:
    """It was right once, and the last look-up that told anything found it is not."""
    return bool(check.good_at and check.wrong_since)


def _is_certain(check: RecordCheck, now: datetime) -> bool:
    return bool(check.wrong_since and check.wrong_since <= now - CERTAIN)


def _records(alert: Alert) -> list[str]:
    return str(alert.facts.get("records", "")).split(", ")


def _tell_cured(domain: Domain, checks: Checks, told: list[Alert]) -> None:
    right = {
        kind.upper() for kind, check in checks.items()
        if check.state == State.OK and not check.failure_is_newer
    }  # fmt: skip
    over = [alert.pk for alert in told if right.issuperset(_records(alert))]
    if over:
        Alert.objects.filter(pk__in=over).update(ended_at=timezone.now())
        _raise(domain, Alert.Kind.DNS_CURED, f"{max(over)}")


def _raise(domain: Domain, kind: Alert.Kind, key: str, **facts: object) -> None:
    raise_alert(
        account=domain.account,
        kind=kind,
        facts={"domain": domain.unicode_name, "domain_code": str(domain.pk), **facts},
        domain_id=domain.pk,
        dedup_key=f"{kind}:{domain.pk}:{key}",
    )
