"""The work behind a host name: look up the DNS with no transaction open, then record it."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import Actor, audit
from accounts.models import Branding
from domains.dns import hosts as engine
from domains.dns.findings import State
from domains.verification import network
from notifications.models import Alert
from notifications.services import raise_alert

BATCH = 50
# A worker that died in the middle of a batch loses its claim after this long.
CLAIM_LASTS = timedelta(minutes=5)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)
# While something is undecided: a look-up that failed, or a name that has just gone.
UNDECIDED = timedelta(hours=1)
# Browsers may still hold the old address: pages are shown under the name for this long.
GRACE = timedelta(days=1)
Outcomes = dict[str, engine.Outcome]


@transaction.atomic
def claim_due() -> list[UUID]:
    """Take up to BATCH of those that are due; two workers never get the same one."""
    now = timezone.now()
    due = Branding.objects.filter(host_next_check_at__lte=now).order_by("host_next_check_at")
    ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    Branding.objects.filter(pk__in=ids).update(host_next_check_at=now + CLAIM_LASTS)
    return ids


def check(ids: Sequence[UUID]) -> None:
    """Look up the names that these resellers have and want, and store what was found."""
    asked = [
        (branding.pk, engine.Host(name, branding.host_proof, settings.PANEL_HOST))
        for branding in Branding.objects.filter(pk__in=ids)
        for name in {branding.host or "", branding.wanted_host} - {""}
    ]
    found = asyncio.run(engine.check_hosts([host for _pk, host in asked], network()))
    outcomes: dict[UUID, Outcomes] = {pk: {} for pk, _host in asked}
    for (pk, host), outcome in zip(asked, found, strict=True):
        outcomes[pk][host.name] = outcome
    for pk, of_one in outcomes.items():
        record(pk, of_one)


@transaction.atomic
def record(pk: UUID, outcomes: Outcomes) -> None:
    """What was chosen anew during the look-ups is left as it is."""
    rows = Branding.objects.select_related("account").select_for_update(of=("self",))
    branding = rows.filter(pk=pk).first()
    if branding is None:
        return
    now = timezone.now()
    if wanted := outcomes.get(branding.wanted_host):
        branding.host_checked_at = now
        branding.host_findings = {"proof": asdict(wanted.proof), "way": asdict(wanted.way)}
        if wanted.holds and branding.host != branding.wanted_host:
            _take(branding)
    if held := outcomes.get(branding.host or ""):
        _keep_or_lose(branding, held, now)
    if branding.wanted_host:
        branding.host_next_check_at = now + _pause(branding, outcomes, now)
    branding.save()


def _take(branding: Branding) -> None:
    """The name counts, unless it already does for another reseller."""
    name = branding.wanted_host
    try:
        with transaction.atomic():
            Branding.objects.filter(pk=branding.pk).update(host=name)
    except IntegrityError:
        branding.host_findings["taken"] = True
        return
    branding.host = name
    audit(Actor.system(branding.account), "brand.host_counts", branding.account, host=name)


def _keep_or_lose(branding: Branding, outcome: engine.Outcome, now: datetime) -> None:
    """Nothing is mailed under a name from the moment it is seen to be gone: see base_url."""
    if outcome.holds:
        branding.host_left_at = None
    elif outcome.fails:
        if not branding.host_left_at:
            branding.host_left_at = now
            _tell(branding)
        if now - branding.host_left_at >= GRACE:
            details = {"host": branding.host}
            branding.host = branding.host_left_at = None
            audit(Actor.system(branding.account), "brand.host_lost", branding.account, **details)


def _tell(branding: Branding) -> None:
    """Once for each time it leaves."""
    raise_alert(
        account=branding.account, kind=Alert.Kind.HOST_LEFT, facts={"host": branding.host},
        dedup_key=f"host-left:{branding.pk}:{branding.host_left_at:%Y-%m-%dT%H:%M:%S.%f}",
    )  # fmt: skip


def _pause(branding: Branding, outcomes: Outcomes, now: datetime) -> timedelta:
    """Often at first, then ever more rarely."""
    states = {state for outcome in outcomes.values() for state in outcome.states}
    if State.UNREACHABLE in states or branding.host_left_at:
        return UNDECIDED
    if branding.host == branding.wanted_host:
        return LATEST
    waited = now - (branding.host_queued_at or now)
    return min(max(waited / 8, SOONEST), LATEST)
