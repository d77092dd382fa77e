"""Checks domains: one at once for a person who waits, many for the sweep."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from django.utils.translation import gettext as _

from . import caa, dkim, dmarc, mta_sts, mx, pointers, proof, spf, srv, tls_rpt
from .findings import Finding, Kind, State, Wanted
from .resolver import Lookups
from .transport import Network

CHECKS: dict[Kind, Callable[[Wanted, Lookups], Awaitable[Finding]]] = {
    Kind.MX: mx.check,
    Kind.SPF: spf.check,
    Kind.DKIM: dkim.check,
    Kind.DKIM_NEXT: partial(dkim.check, kind=Kind.DKIM_NEXT),
    Kind.DKIM_SPARE: partial(dkim.check, kind=Kind.DKIM_SPARE),
    Kind.DMARC: dmarc.check,
    Kind.PROOF_A: proof.check_a,
    Kind.PROOF_TXT: proof.check_txt,
    Kind.AUTOCONFIG: pointers.check_autoconfig,
    Kind.AUTODISCOVER: pointers.check_autodiscover,
    Kind.IMAPS: srv.check_imaps,
    Kind.SUBMISSION: srv.check_submission,
    Kind.UNOFFERED: srv.check_unoffered,
    Kind.CAA: caa.check,
    Kind.MTA_STS: mta_sts.check,
    Kind.MTA_STS_HOST: pointers.check_mta_sts,
    Kind.TLS_RPT: tls_rpt.check,
}
Findings = dict[Kind, Finding]


async def check(wanted: Wanted, network: Network) -> Findings:
    """One finding per wanted kind, in the time of the slowest; whatever the servers do."""
    async with Lookups(network) as lookups:
        return await _check_all(wanted, lookups)


async def check_many(
    wanted: Sequence[Wanted], network: Network, concurrency: int = 50
) -> list[Findings]:
    """The findings of each domain, in order, with so many domains under way at once."""
    places = asyncio.Semaphore(concurrency)
    async with Lookups(network) as lookups:
        return await asyncio.gather(*(_check_in_turn(each, lookups, places) for each in wanted))


async def _check_in_turn(wanted: Wanted, lookups: Lookups, places: asyncio.Semaphore) -> Findings:
    async with places:
        return await _check_all(wanted, lookups)


async def _check_all(wanted: Wanted, lookups: Lookups) -> Findings:
    kinds = sorted(wanted.kinds)
    findings = await asyncio.gather(*(_check_one(kind, wanted, lookups) for kind in kinds))
    return dict(zip(kinds, findings, strict=True))


async def _check_one(kind: Kind, wanted: Wanted, lookups: Lookups) -> Finding:
    try:
        async with asyncio.timeout(lookups.network.total):
            return await CHECKS[kind](wanted, lookups)
    except TimeoutError:
        sentence = _("Could not check: the name servers took too long to answer.")
        return Finding(kind, State.UNREACHABLE, sentence)
