"""Names below a domain that shall lead to the panel, such as autoconfig.example.com."""

from . import hosts
from .findings import Finding, Kind, State, Wanted
from .resolver import Lookups

AUTOCONFIG, AUTODISCOVER, MTA_STS = "autoconfig", "autodiscover", "mta-sts"
# The panel answers under these, so it needs certificates for them.
LABELS = (AUTOCONFIG, AUTODISCOVER, MTA_STS)


async def check_autoconfig(wanted: Wanted, lookups: Lookups) -> Finding:
    return await _check(Kind.AUTOCONFIG, AUTOCONFIG, wanted, lookups)


async def check_autodiscover(wanted: Wanted, lookups: Lookups) -> Finding:
    return await _check(Kind.AUTODISCOVER, AUTODISCOVER, wanted, lookups)


async def check_mta_sts(wanted: Wanted, lookups: Lookups) -> Finding:
    return await _check(Kind.MTA_STS_HOST, MTA_STS, wanted, lookups)


async def _check(kind: Kind, label: str, wanted: Wanted, lookups: Lookups) -> Finding:
    panel = wanted.services.panel
    way = await hosts.lead(panel, lookups, wanted.name, label)
    advice = panel if way.state in (State.WRONG, State.MISSING) else ""
    return Finding(kind, way.state, way.sentence, advice, way.found, way.source)
