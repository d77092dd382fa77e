"""What the last look-up of each record said, kept with what it was when it was last right."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from domains.dns.check import Findings
from domains.dns.findings import Finding, State
from domains.models import Domain, RecordCheck

Checks = dict[str, RecordCheck]
VERDICT = ["state", "found", "source", "sentence", "advice", "checked_at"]
MEMORY = ["good_found", "good_at", "wrong_since"]


def store(results: Sequence[tuple[Domain, Findings]]) -> dict[UUID, Checks]:
    """Two statements for a whole batch; what is stored now of each domain, by kind."""
    now = timezone.now()
    stored = _stored([domain for domain, _findings in results])
    judged, failed = [], []
    for domain, findings in results:
        for kind, finding in findings.items():
            before = stored[domain.pk].get(kind) or RecordCheck(domain=domain, kind=kind)
            if finding.state is State.UNREACHABLE:
                failed.append(_failure(before, finding, now))
            else:
                judged.append(_verdict(before, finding, now))
            stored[domain.pk][kind] = before
    _upsert(judged, [*VERDICT, *MEMORY])
    # A look-up that failed leaves the last verdict as it was.
    _upsert(failed, ["failed_at", "failure"])
    return stored


def _stored(domains: Sequence[Domain]) -> dict[UUID, Checks]:
    found: dict[UUID, Checks] = defaultdict(dict)
    for check in RecordCheck.objects.filter(domain__in=domains):
        found[check.domain_id][check.kind] = check
    return found


def _verdict(check: RecordCheck, finding: Finding, now: datetime) -> RecordCheck:
    check.state, check.found, check.source = finding.state, list(finding.found), finding.source
    check.sentence, check.advice, check.checked_at = finding.sentence, finding.advice, now
    if finding.state is State.OK:
        check.good_found, check.good_at, check.wrong_since = check.found, now, None
    else:
        check.wrong_since = check.wrong_since or now
    return check


def _failure(check: RecordCheck, finding: Finding, now: datetime) -> RecordCheck:
    check.state = check.state or State.UNREACHABLE
    check.failed_at, check.failure = now, finding.sentence
    return check


def _upsert(rows: list[RecordCheck], fields: list[str]) -> None:
    for row in rows:
        row.pk = None  # the key is the domain and the kind
    RecordCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["domain", "kind"], update_fields=fields
    )
