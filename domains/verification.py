"""The work behind a check: look up DNS with no transaction open, then record the outcome."""

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import Actor
from accounts.models import Suspension
from domains import checks, cutover, recommended, records, renewal, watch
from domains.activation import activate
from domains.dns.check import Findings, check_many
from domains.dns.findings import RECORDS, Finding, Kind, State, Wanted, WantedKey
from domains.dns.transport import Network
from domains.models import Domain, mx_records
from kuploy.addresses import host_and_port

PROOFS = frozenset({Kind.PROOF_A, Kind.PROOF_TXT})
BATCH = 500
# A worker that died in the middle of a batch loses its claim after this long.
CLAIM_LASTS = timedelta(minutes=5)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)
# While something is undecided: a look-up that failed, an MX that has just gone, a key that waits.
UNDECIDED = timedelta(hours=1)
# Senders may still hold the old MX in their caches: mail goes on being taken for this long.
MX_GRACE = timedelta(days=1)


def claim_due() -> list[str]:
    """Take up to BATCH due domains; two workers never get the same one."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE domains_domain SET next_check_at = %s
             WHERE id = ANY (ARRAY(  -- as an array it is chosen once, whatever the plan
                   SELECT id FROM domains_domain WHERE next_check_at <= %s
                    ORDER BY next_check_at LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING id
            """,
            [now + CLAIM_LASTS, now, BATCH],
        )
        return [str(pk) for (pk,) in cursor.fetchall()]


def check(domain_ids: Sequence[str]) -> None:
    """Look up these domains and store what was found."""
    domains = list(_to_check(domain_ids))
    if not domains:
        return
    offered, due = recommended.kinds(), recommended.due(domains)
    wanted = [_wanted(each, offered if each.pk in due else frozenset()) for each in domains]
    results = asyncio.run(check_many(wanted, network()))
    record(list(zip(domains, results, strict=True)))


def _to_check(domain_ids: Sequence[str]) -> Iterable[Domain]:
    return (
        Domain.objects.filter(pk__in=domain_ids)
        .exclude(status=Domain.Status.REMOVING)
        .select_related("account")
        .prefetch_related("dkim_keys")
    )


def _wanted(domain: Domain, also: frozenset[Kind] = frozenset()) -> Wanted:
    signing = {
        kind: WantedKey(key.selector, key.public_key, key.target)
        for kind, key in records.keys_to_publish(domain)
    }
    return Wanted(
        name=domain.name,
        mx=mx_records(),
        spf_host=settings.SPF_HOST,
        sending_networks=tuple(settings.SENDING_NETWORKS),
        keys=signing,
        proof_label=domain.proof_label,
        proof_ip=settings.PROOF_IP,
        proof_text=domain.proof_text,
        reports_address=settings.REPORTS_ADDRESS,
        services=recommended.services(domain),
        kinds=RECORDS | signing.keys() | (PROOFS if domain.may_prove else set()) | also,
    )


@cache
def network() -> Network:
    return Network(
        resolvers=tuple(host_and_port(entry) for entry in settings.RESOLVERS),
        nameserver_port=settings.NAMESERVER_PORT,
        private_nameservers=settings.PRIVATE_NAMESERVERS,
    )


def record(results: Sequence[tuple[Domain, Findings]]) -> None:
    """Activate what was proved, then store the findings: whoever sees the result sees both."""
    results = [(domain, renewal.judged(domain, findings)) for domain, findings in results]
    for domain, findings in results:
        proofs = [kind for kind in PROOFS & findings.keys() if findings[kind].state is State.OK]
        if proofs:
            activate(domain=domain, method=proofs[0], actor=Actor.system(domain.account))
    with transaction.atomic():
        watched = _lock(results)
        # Without the domains removed during the look-ups: one would fail the whole batch.
        living = [(domain, found) for domain, found in results if domain.pk in watched]
        if living:
            stored = checks.store(living)
            _store_domains(living, stored)
            watch.tell_of_changes([each for each in living if watched[each[0].pk]], stored)
            for domain, found in living:
                renewal.take_over(domain, found)
    cutover.end_what_is_over([domain.pk for domain, _findings in results])


def _lock(results: Sequence[tuple[Domain, Findings]]) -> dict[UUID, bool]:
    """The domains that are still there, and whether anybody wants to hear of their records."""
    rows = Domain.objects.filter(pk__in=[domain.pk for domain, _findings in results])
    # In one order, so that two workers with overlapping batches queue up.
    held = rows.order_by("pk").select_for_update(no_key=True)
    return {
        pk: status == Domain.Status.ACTIVE and step < Suspension.NO_MAIL
        for pk, status, step in held.values_list("pk", "status", "suspension")
    }


def _store_domains(
    results: Sequence[tuple[Domain, Findings]], stored: Mapping[UUID, checks.Checks]
) -> None:
    """One statement for the whole batch."""
    now = timezone.now()
    rows = [_outcome(domain, findings, stored[domain.pk]) for domain, findings in results]
    ids, here, left, healthy, following = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE domains_domain AS d
               SET mx_here = new.mx_here, mx_left_at = new.mx_left_at, healthy = new.healthy,
                   next_check_at = new.next_check_at, checked_at = %s
              FROM unnest(%s::uuid[], %s::bool[], %s::timestamptz[], %s::bool[], %s::timestamptz[])
                AS new (id, mx_here, mx_left_at, healthy, next_check_at)
             WHERE d.id = new.id
            """,
            [now, ids, here, left, healthy, following],
        )


def _outcome(domain: Domain, findings: Findings, stored: checks.Checks) -> tuple[object, ...]:
    here, left_at = _mx(domain, findings[Kind.MX])
    states = [findings[kind].state for kind in RECORDS]
    healthy = _healthy(domain, states)
    waits = Kind.DKIM_NEXT in findings
    undecided = waits or State.UNREACHABLE in states or (here and left_at is not None)
    latest = watch.AGAIN if watch.doubtful(stored) else UNDECIDED if undecided else LATEST
    return domain.pk, here, left_at, healthy, _next_check(domain, healthy, latest)


def _mx(domain: Domain, finding: Finding) -> tuple[bool, object]:
    """Whether MX points here: at once when it comes, after MX_GRACE when it goes."""
    now = timezone.now()
    if finding.state is State.UNREACHABLE:
        return domain.mx_here, domain.mx_left_at
    if finding.reaches_us:
        return True, None
    left_at = domain.mx_left_at or (now if domain.mx_here else None)
    return bool(left_at and now - left_at < MX_GRACE and domain.mx_here), left_at


def _healthy(domain: Domain, states: list[State]) -> bool:
    """All four records right. A look-up that failed changes nothing by itself."""
    judged = [state for state in states if state is not State.UNREACHABLE]
    if len(judged) < len(states) and all(state is State.OK for state in judged):
        return domain.healthy
    return all(state is State.OK for state in judged)


def _next_check(domain: Domain, healthy: bool, latest: timedelta) -> object:
    """Often at first, then ever more rarely; the spread keeps many domains from coming together."""
    now = timezone.now()
    since = domain.proved_at or domain.created_at
    pause = LATEST if healthy else min(max((now - since) / 8, SOONEST), LATEST)
    return now + min(pause, latest) * random.uniform(0.8, 1.2)  # noqa: S311
