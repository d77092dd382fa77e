"""Fetches all that an SPF record refers to, so that it can be judged without a network."""

import asyncio
import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dns.rdatatype import RdataType
from dns.rdtypes.mxbase import MXBase

from .answers import Answer, presented
from .findings import State
from .resolver import Lookups
from .spf_record import SyntaxFaultError, Term, is_spf, parse

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LOOKUPS = 10
MAX_EXCHANGES = 10


@dataclass(slots=True)
class Node:
    """One SPF record with what its terms refer to."""

    name: str
    terms: tuple[Term, ...] = ()
    fault: str = ""  # why receivers call it broken (permerror)
    trouble: str = ""  # the name that could not be looked up (temperror)
    children: dict[Term, "Node"] = field(default_factory=dict)
    addresses: dict[Term, tuple[IPAddress, ...]] = field(default_factory=dict)
    troubles: dict[Term, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """What RFC 7208, section 4.6.4 counts over the whole tree."""

    lookups: int = 0
    voids: int = 0
    asking: list[str] = field(default_factory=list)

    def add(self, terms: Iterable[Term]) -> bool:
        """Count these terms; False if that is too many to go on."""
        self.asking += [term.text for term in terms if term.needs_lookup]
        self.lookups = len(self.asking)
        return self.lookups <= MAX_LOOKUPS


async def grow(
    name: str, text: bytes, families: frozenset[RdataType], lookups: Lookups
) -> tuple[Node, Tally]:
    """The tree below this record. Growing stops at the look-up that is one too many."""
    tally = Tally()
    node = Node(name)
    await _Grower(lookups, families, tally).read(node, text)
    return node, tally


@dataclass(frozen=True, slots=True)
class _Grower:
    lookups: Lookups
    families: frozenset[RdataType]
    tally: Tally

    async def read(self, node: Node, text: bytes) -> None:
        try:
            node.terms = parse(text)
        except SyntaxFaultError as error:
            node.fault = str(error)
            return
        if self.tally.add(node.terms):
            asking = [t for t in node.terms if t.needs_lookup and not t.has_macro]
            await asyncio.gather(*(self._fetch(node, term) for term in asking))

    async def _fetch(self, node: Node, term: Term) -> None:
        if term.name in ("include", "redirect"):
            node.children[term] = await self._child(term.domain)
        elif term.name != "ptr":
            await self._fetch_addresses(node, term)

    async def _child(self, name: str) -> Node:
        node = Node(name)
        answer = await self.lookups.find_cached(name, RdataType.TXT)
        self._count_void(answer.state)
        records = [text for text in answer.texts() if is_spf(text)]
        if answer.state is State.UNREACHABLE:
            node.trouble = name
        elif len(records) != 1:
            node.fault = name
        else:
            await self.read(node, records[0])
        return node

    async def _fetch_addresses(self, node: Node, term: Term) -> None:
        name = term.domain or node.name
        hosts = [name]
        if term.name == "mx":
            answer = await self.lookups.find_cached(name, RdataType.MX)
            self._note(node, term, [answer])
            hosts = [presented(m.exchange) for m in answer.records if isinstance(m, MXBase)]
        # RFC 7208, section 5.7: exists asks for an A record, also for a sender over IPv6.
        families = {RdataType.A} if term.name == "exists" else self.families
        answers = await asyncio.gather(
            *(self.lookups.find_cached(h, f) for h in hosts[:MAX_EXCHANGES] for f in families)
        )
        if term.name != "mx":
            self._note(node, term, answers)
        node.addresses[term] = tuple(_addresses(answers))

    def _note(self, node: Node, term: Term, answers: Iterable[Answer]) -> None:
        states = {answer.state for answer in answers}
        if State.UNREACHABLE in states:
            node.troubles[term] = term.domain or node.name
        elif State.OK not in states:
            self._count_void(State.MISSING)

    def _count_void(self, state: State) -> None:
        self.tally.voids += state is State.MISSING


def _addresses(answers: Iterable[Answer]) -> Iterator[IPAddress]:
    for answer in answers:
        if answer.rdtype in (RdataType.A, RdataType.AAAA):
            yield from (ipaddress.ip_address(each.to_text()) for each in answer.records)
