"""Host names that shall lead to us, such as webmail.example.com: whose are they, do they?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import proof
from .answers import Answer, explain
from .findings import Finding, State, shown
from .resolver import ADDRESS_TYPES, Lookups
from .transport import Network


@dataclass(frozen=True, slots=True)
class Host:
    """All names in IDNA form."""

    name: str
    secret: str  # in the TXT record below it
    panel: str  # our own name, to which it has to lead


@dataclass(frozen=True, slots=True)
class Way:
    """Where the name leads to."""

    state: State
    sentence: str
    found: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    proof: Finding
    way: Way

    @property
    def states(self) -> set[State]:
        return {self.proof.state, self.way.state}

    @property
    def holds(self) -> bool:
        return self.states == {State.OK}

    @property
    def fails(self) -> bool:
        """It is seen to be wrong; what could not be looked up says nothing."""
        return bool(self.states & {State.WRONG, State.MISSING})


async def check_hosts(hosts: Sequence[Host], network: Network) -> list[Outcome]:
    """One outcome for each, in order, in the time of the slowest."""
    async with Lookups(network) as lookups:
        return await asyncio.gather(*(_check(host, lookups) for host in hosts))


async def _check(host: Host, lookups: Lookups) -> Outcome:
    found, way = await asyncio.gather(
        proof.check_text(host.name, host.secret, lookups), lead(host.panel, lookups, host.name)
    )
    return Outcome(found, way)


async def lead(panel: str, lookups: Lookups, domain: str, label: str = "") -> Way:
    """Where LABEL.DOMAIN leads to."""
    theirs, ours = await asyncio.gather(
        asyncio.gather(*(lookups.find(domain, rdtype, label) for rdtype in ADDRESS_TYPES)),
        asyncio.gather(*(lookups.find_cached(panel, rdtype) for rdtype in ADDRESS_TYPES)),
    )
    return judge(panel, theirs, ours)


def judge(panel: str, theirs: Sequence[Answer], ours: Sequence[Answer]) -> Way:
    """By an alias of our name, or by our addresses and none else."""
    words = {"name": theirs[0].name, "panel": panel}
    for answer in theirs:
        if panel in answer.aliases:
            sentence = _("%(name)s is an alias (CNAME) of %(panel)s.") % words
            return Way(State.OK, sentence, (panel,), answer.source)
    missing = [answer for answer in theirs if not answer.found]
    unclear = [answer for answer in missing if answer.state is State.UNREACHABLE]
    known, found = _addresses(ours), _addresses(theirs)
    source = next((answer.source for answer in theirs if answer.found), "")
    if found - known and known:
        sentence = _("%(name)s leads to %(addresses)s, which is not us. Lead it to %(panel)s.")
        words["addresses"] = ", ".join(shown(sorted(found - known)))
        return Way(State.WRONG, sentence % words, shown(sorted(found)), source)
    if unclear or (found and not known):
        return Way(State.UNREACHABLE, explain([*unclear, *ours][0]))
    if not found:
        return Way(missing[0].state, explain(missing[0]), missing[0].aliases[:1])
    return Way(State.OK, _("%(name)s leads to our address.") % words, shown(sorted(found)), source)


def _addresses(answers: Sequence[Answer]) -> set[str]:
    return {each.to_text() for answer in answers for each in answer.records}
