"""MX: does mail for the domain come to our hosts, and only to them?"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType
from dns.rdtypes.mxbase import MXBase

from .answers import Answer, presented, unanswered
from .findings import Finding, Kind, State, Wanted, plain, shown
from .resolver import Lookups

MAX_HOSTS_ASKED = 5
IP_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")


@dataclass(frozen=True, slots=True)
class Exchange:
    preference: int
    host: str

    def __str__(self) -> str:
        return f"{self.preference} {self.host}"


async def check(wanted: Wanted, lookups: Lookups) -> Finding:
    answer = await lookups.find(wanted.name, RdataType.MX)
    foreign = [e.host for e in _exchanges(answer) if e.host not in _our_hosts(wanted)]
    asked = [host for host in foreign if not _is_odd(host)][:MAX_HOSTS_ASKED]
    answers = await asyncio.gather(*(lookups.find_cached(h, RdataType.A) for h in asked))
    return judge(wanted, answer, {h: a.aliases for h, a in zip(asked, answers, strict=True)})


def judge(wanted: Wanted, answer: Answer, aliases: Mapping[str, tuple[str, ...]]) -> Finding:
    """Judge the MX records; `aliases` says where CNAME records of foreign hosts lead to."""
    advice = "\n".join(f"{preference} {host}" for preference, host in wanted.mx)
    if not answer.found:
        return unanswered(Kind.MX, answer, advice)
    exchanges = _exchanges(answer)
    ours = _our_hosts(wanted) | {
        host for host, chain in aliases.items() if _our_hosts(wanted) & set(chain)
    }
    first = min(exchange.preference for exchange in exchanges)
    wrong = _fault(wanted, exchanges, aliases)
    return Finding(
        kind=Kind.MX,
        state=State.WRONG if wrong else State.OK,
        sentence=wrong or _praise(wanted, exchanges),
        advice=advice if wrong else "",
        found=shown(map(str, exchanges)),
        source=answer.source,
        reaches_us=any(e.host in ours for e in exchanges if e.preference == first),
    )


def _fault(
    wanted: Wanted, exchanges: list[Exchange], aliases: Mapping[str, tuple[str, ...]]
) -> str:
    """What is wrong, most serious first; empty if nothing is."""
    foreign = [e for e in exchanges if e.host not in _our_hosts(wanted)]
    odd = next((e.host for e in foreign if _is_odd(e.host)), None)
    if odd is not None:
        return _odd_host(wanted, odd)
    for host in (e.host for e in foreign if aliases.get(e.host)):
        return _(
            "The MX record names %(host)s, which is only an alias (CNAME) of %(target)s. "
            "RFC 2181 forbids that, and some servers will not deliver: name the host itself."
        ) % {"host": plain(host), "target": plain(aliases[host][-1])}
    if foreign:
        return _elsewhere(wanted, exchanges, foreign)
    return _too_few(wanted, exchanges)


def _odd_host(wanted: Wanted, host: str) -> str:
    if host == ".":
        return _(
            "A null MX record (RFC 7505) says that %(name)s accepts no mail at all. Replace it."
        ) % {"name": wanted.name}
    return _(
        "The MX record holds the IP address %(host)s. It must hold the name of a host, because "
        "mail servers look up a name."
    ) % {"host": host}


def _elsewhere(wanted: Wanted, exchanges: list[Exchange], foreign: list[Exchange]) -> str:
    ours = [e.preference for e in exchanges if e.host in _our_hosts(wanted)]
    best = min(foreign, key=lambda e: e.preference)
    words = {
        "host": plain(best.host),
        "hosts": ", ".join(host for _, host in wanted.mx),
        "preference": best.preference,
    }
    if not ours:
        return _("Mail goes to %(host)s. It should go to %(hosts)s.") % words
    if best.preference < min(ours):
        return (
            _(
                "Mail goes to %(host)s first, because its priority %(preference)s comes before "
                "ours (a lower number wins). Remove that record."
            )
            % words
        )
    if best.preference == min(ours):
        return (
            _(
                "Part of the mail goes to %(host)s, which has the same priority as ours. Remove "
                "that record."
            )
            % words
        )
    return (
        _(
            "Mail comes to us, but some of it will go to %(host)s: whenever our hosts are slow "
            "to answer, and from senders of spam who pick the last host. Remove that record."
        )
        % words
    )


def _too_few(wanted: Wanted, exchanges: list[Exchange]) -> str:
    missing = _our_hosts(wanted) - {e.host for e in exchanges}
    if not missing:
        return ""
    return _(
        "Mail reaches us, but only through %(host)s: add %(missing)s too, so that mail flows "
        "while one host is down."
    ) % {"host": exchanges[0].host, "missing": ", ".join(sorted(missing))}


def _praise(wanted: Wanted, exchanges: list[Exchange]) -> str:
    if {(e.preference, e.host) for e in exchanges} == {(p, _key(h)) for p, h in wanted.mx}:
        return _("Mail comes to our hosts.")
    return _("Mail comes to our hosts. The priorities differ from ours, which does no harm.")


def _exchanges(answer: Answer) -> list[Exchange]:
    found = [
        Exchange(each.preference, presented(each.exchange))
        for each in answer.records
        if isinstance(each, MXBase)
    ]
    return sorted(found, key=lambda each: (each.preference, each.host))


def _our_hosts(wanted: Wanted) -> set[str]:
    return {_key(host) for _, host in wanted.mx}


def _key(host: str) -> str:
    return host.lower().rstrip(".")


def _is_odd(host: str) -> bool:
    return host == "." or IP_ADDRESS.fullmatch(host) is not None
