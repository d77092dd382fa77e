"""Finds what a name has: at the domain's own servers first, so that a fresh record counts."""

import asyncio
import ipaddress
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import dns.exception
import dns.name
import dns.rcode
import dns.rdata
import dns.resolver
from dns.rdatatype import RdataType
from dns.rdtypes.nsbase import NSBase

from .answers import Answer, Outcome, presented
from .findings import plain
from .message import Message
from .shared import Shared
from .suffixes import is_public_suffix
from .transport import Address, Network, Transport, UnansweredError

MAX_ALIASES = 8
MAX_SERVERS = 3  # of one zone, before the resolver is asked
PATIENCE = 0.2  # share of the deadline for one authoritative server; the resolver gets half
SILENCES_ALLOWED = 5
MAX_HOST = 253  # characters of one that is shown: escapes make a name four times as long
ADDRESS_TYPES = (RdataType.A, RdataType.AAAA)


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    address: str


@dataclass(frozen=True, slots=True)
class Zone:
    apex: dns.name.Name
    servers: tuple[Server, ...] = ()
    holds_name: bool = True  # False: the resolver says that the name we came for is not there

    @property
    def is_registry(self) -> bool:
        return is_public_suffix(presented(self.apex))


@dataclass(frozen=True, slots=True)
class Reply:
    message: Message
    source: str


class Lookups:
    """The look-ups of one batch. What its domains have in common is asked once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._resolvers = network.resolvers or _system_resolvers()
        self._transport = Transport()
        self._silent: Counter[str] = Counter()
        self._zones: Shared[dns.name.Name, Zone] = Shared()
        self._answers: Shared[tuple[str, RdataType], Answer] = Shared()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._zones.close()
        await self._answers.close()
        self._transport.close()

    async def find(self, domain: str, rdtype: RdataType, label: str = "") -> Answer:
        """What LABEL.DOMAIN has, according to the domain's own servers if they answer."""
        text = f"{label}.{domain}" if label else domain
        try:
            base = dns.name.from_text(domain)
            name = dns.name.from_text(label, base) if label else base
        except dns.exception.DNSException:
            return Answer(text, Outcome.BAD_NAME, rdtype)
        zone = Zone(base)
        try:
            async with asyncio.timeout(self.network.deadline):
                zone = await self._zone(base)
                answer = await self._follow(zone, text, name, rdtype)
        except TimeoutError:
            return Answer(text, Outcome.TIMEOUT, rdtype, zone=zone.apex)
        if answer.outcome is Outcome.NO_NAME and zone.is_registry and not zone.holds_name:
            return replace(answer, outcome=Outcome.NO_DOMAIN, zone=base)
        return answer

    async def find_cached(self, text: str, rdtype: RdataType) -> Answer:
        """What a name has according to the resolver; asked once in a batch."""
        text = text.lower().rstrip(".")
        return await self._answers.get((text, rdtype), lambda: self._resolve(text, rdtype))

    async def _resolve(self, text: str, rdtype: RdataType) -> Answer:
        try:
            name = dns.name.from_text(text)
            async with asyncio.timeout(self.network.deadline):
                return await self._follow(Zone(name), text, name, rdtype)
        except dns.exception.DNSException:
            return Answer(text, Outcome.BAD_NAME, rdtype)
        except TimeoutError:
            return Answer(text, Outcome.TIMEOUT, rdtype)

    async def _follow(
        self, zone: Zone, text: str, name: dns.name.Name, rdtype: RdataType
    ) -> Answer:
        """Ask, and go after CNAME records; what the server leaves open the resolver is asked."""
        names = [name]
        asked = name
        source = ""
        records: tuple[dns.rdata.Rdata, ...] = ()
        try:
            reply = await self._ask_zone(zone, name, rdtype)
            while True:
                source = reply.source
                outcome = _walk(reply.message, names, rdtype)
                if outcome is not Outcome.NO_RECORD or names[-1] is asked:
                    break
                asked = names[-1]
                reply = await self._ask_resolvers(asked, rdtype)
            records = reply.message.records(names[-1], rdtype)
            if outcome is Outcome.NO_RECORD and reply.message.rcode == dns.rcode.NXDOMAIN:
                outcome = Outcome.NO_NAME
        except UnansweredError as error:
            outcome = error.outcome
        aliases = tuple(map(presented, names[1:]))
        return Answer(text, outcome, rdtype, records, aliases, source, zone.apex)

    async def _ask_zone(self, zone: Zone, name: dns.name.Name, rdtype: RdataType) -> Reply:
        """The first authoritative answer; after that whatever the resolver has."""
        trouble: Outcome | None = None
        for server in self._in_order(zone.servers):
            try:
                message = await self._ask_server(server, name, rdtype)
            except UnansweredError as error:
                trouble = trouble or error.outcome
            else:
                return Reply(message, f"{plain(server.host, MAX_HOST)} (authoritative)")
        try:
            return await self._ask_resolvers(name, rdtype)
        except UnansweredError as error:
            raise UnansweredError(trouble or error.outcome) from None

    def _in_order(self, servers: Iterable[Server]) -> list[Server]:
        """Those that answer first; one that stayed silent all the time no more."""
        spoken = [s for s in servers if self._silent[s.address] < SILENCES_ALLOWED]
        return sorted(spoken, key=lambda s: self._silent[s.address])[:MAX_SERVERS]

    async def _ask_server(self, server: Server, name: dns.name.Name, rdtype: RdataType) -> Message:
        address = (server.address, self.network.nameserver_port)
        try:
            message = await self._transport.ask(
                address, name, rdtype, self.network.deadline * PATIENCE
            )
        except UnansweredError as error:
            if error.outcome in (Outcome.TIMEOUT, Outcome.NO_ROUTE):
                self._silent[server.address] += 1
            raise
        self._silent[server.address] = 0
        _check_rcode(message, refused=Outcome.LAME)
        if not message.authoritative:
            raise UnansweredError(Outcome.LAME)
        return message

    async def _ask_resolvers(self, name: dns.name.Name, rdtype: RdataType) -> Reply:
        trouble = Outcome.NO_ROUTE
        for resolver in self._resolvers:
            try:
                message = await self._transport.ask(
                    resolver, name, rdtype, self.network.deadline / 2, recursion=True
                )
                _check_rcode(message, refused=Outcome.REFUSED)
            except UnansweredError as error:
                trouble = error.outcome
            else:
                return Reply(message, f"resolver {resolver[0]}")
        raise UnansweredError(trouble)

    async def _zone(self, name: dns.name.Name) -> Zone:
        return await self._zones.get(name, lambda: self._find_zone(name))

    async def _find_zone(self, name: dns.name.Name) -> Zone:
        """The zone that holds the name; without servers if none may or can be asked."""
        if Zone(name).is_registry:
            return Zone(name)
        try:
            message = (await self._ask_resolvers(name, RdataType.NS)).message
        except UnansweredError:
            return Zone(name)
        hosts = message.records(name, RdataType.NS)
        if hosts:
            return Zone(name, await self._servers(hosts))
        if message.alias(name):  # the rest of the answer is about the target's zone
            return await self._zone(name.parent())
        above = message.denied_by
        if above is None or above == name or not name.is_subdomain(above):
            above = name.parent()
        zone = await self._zone(above)
        return replace(zone, holds_name=message.rcode != dns.rcode.NXDOMAIN)

    async def _servers(self, records: tuple[dns.rdata.Rdata, ...]) -> tuple[Server, ...]:
        hosts = [presented(each.target) for each in records if isinstance(each, NSBase)]
        hosts = random.sample(hosts, min(len(hosts), 2 * MAX_SERVERS))
        addresses = await asyncio.gather(*(self._addresses(host) for host in hosts))
        return tuple(
            Server(host, address)
            for host, known in zip(hosts, addresses, strict=True)
            for address in known[:1]
        )

    async def _addresses(self, host: str) -> list[str]:
        for rdtype in ADDRESS_TYPES:
            answer = await self.find_cached(host, rdtype)
            known = [each.to_text() for each in answer.records]
            if allowed := [each for each in known if self._may_ask(each)]:
                return allowed
        return []

    def _may_ask(self, address: str) -> bool:
        return self.network.private_nameservers or ipaddress.ip_address(address).is_global


def _check_rcode(message: Message, refused: Outcome) -> None:
    rcode = message.rcode
    if rcode == dns.rcode.SERVFAIL:
        raise UnansweredError(Outcome.SERVFAIL)
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise UnansweredError(refused)


def _walk(message: Message, names: list[dns.name.Name], rdtype: RdataType) -> Outcome:
    """Follow the CNAME records of this message, adding each target to the names."""
    while not message.records(names[-1], rdtype):
        target = message.alias(names[-1])
        if target is None:
            return Outcome.NO_RECORD
        again = target in names
        names.append(target)
        if again or len(names) > MAX_ALIASES:
            return Outcome.LOOP if again else Outcome.LONG_CHAIN
    return Outcome.FOUND


def _system_resolvers() -> tuple[Address, ...]:
    try:
        known = dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration:
        return ()
    return tuple((each, 53) for each in known if isinstance(each, str))
