"""Name servers for tests: real sockets on 127.0.0.x, all at one port, each with its own vices."""

import asyncio
import base64
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from domains.dns import Kind, Network, Services, Wanted, WantedKey, check, check_many

RESOLVER = "127.0.0.1"
KEY = base64.b64encode(bytes(range(256)) + b"k" * 38).decode()
WANTED = Wanted(
    name="example.com",
    mx=((10, "mx1.kuploy.test"), (20, "mx2.kuploy.test")),
    spf_host="spf.kuploy.test",
    sending_networks=("192.0.2.10", "2001:db8::10"),
    proof_label="d123456789",
    proof_ip="192.0.2.10",
    proof_text="kuploy=secret",
    services=Services(
        panel="panel.kuploy.test",
        imap=("imap.kuploy.test", 993),
        submission=("smtp.kuploy.test", 587),
        caa_issuer="ca.test",
        mta_sts_id="20261128a",
        tls_reports="tls@kuploy.test",
    ),
    kinds=frozenset(Kind),
    keys={
        Kind.DKIM: WantedKey("k1", KEY),
        Kind.DKIM_NEXT: WantedKey("k2", KEY),
        Kind.DKIM_SPARE: WantedKey("k3", KEY),
    },
)


@dataclass
class Server:
    """One name server. Its vices can be switched on for all names or for some."""

    address: str
    silent: bool = False
    authoritative: bool = True
    rcode: dns.rcode.Rcode | None = None
    rcodes: dict[tuple[str, str], dns.rcode.Rcode] = field(default_factory=dict)
    truncates: bool = False
    hold: int = 0  # answer nobody before so many questions have come
    lost: int = 0  # so many datagrams get lost first
    datagrams: int = 0
    ports: set[int] = field(default_factory=set)  # of those who asked
    connections: int = 0
    tamper: Callable[[bytes], list[bytes]] | None = None  # over UDP: the datagrams to send
    records: dict[tuple[str, str], list[str]] | None = None  # else those of the world
    asked: Counter = field(default_factory=Counter)
    waiting: list[asyncio.Future] = field(default_factory=list)


class World:
    def __init__(self):
        self.data = {}
        self.zones = ["."]
        self.servers = {RESOLVER: Server(RESOLVER, authoritative=False)}
        self.network = Network(private_nameservers=True)

    def hurry(self):
        """For tests that wait for an answer in vain."""
        self.network = replace(self.network, deadline=1.5)

    def zone(self, apex, nameservers):
        self.zones.append(apex)
        for host, address in nameservers.items():
            self.records(f"{apex} NS {host}", f"{host} A {address}")
            self.servers.setdefault(address, Server(address))

    def records(self, *lines):
        """Lines like "example.com MX 10 mx.example.com"."""
        for line in lines:
            name, rdtype, rdata = line.split(" ", 2)
            self.data.setdefault((name, rdtype), []).append(rdata)

    def texts(self, name, *texts):
        """TXT records of any length and any bytes, split into strings of 255."""
        for text in texts:
            raw = text.encode() if isinstance(text, str) else text
            parts = [raw[i : i + 255] for i in range(0, len(raw), 255)] or [b""]
            rdata = " ".join('"' + "".join(f"\\{byte:03}" for byte in p) + '"' for p in parts)
            self.data.setdefault((name, "TXT"), []).append(rdata)

    def check(self, *kinds, **changes):
        """The findings; or the finding, if one kind was asked for."""
        wanted = replace(WANTED, **changes, kinds=frozenset(kinds or Kind))
        findings = self.run(lambda network: check(wanted, network))
        return findings[kinds[0]] if len(kinds) == 1 else findings

    def check_many(self, names, *kinds, concurrency=50):
        wanted = [replace(WANTED, name=name, kinds=frozenset(kinds)) for name in names]
        return self.run(lambda network: check_many(wanted, network, concurrency))

    def run(self, work):
        async def scenario():
            async with self.started() as port:
                return await work(
                    replace(
                        self.network,
                        nameserver_port=port,
                        resolvers=self.network.resolvers or ((RESOLVER, port),),
                    )
                )

        return asyncio.run(scenario())

    @asynccontextmanager
    async def started(self):
        async with AsyncExitStack() as stack:
            port = free_port()
            for server in self.servers.values():
                await stack.enter_async_context(Listener(self, server).listen(port))
            yield port

    def answer(self, server, query):
        question = query.question[0]
        key = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
        server.asked[key] += 1
        response = dns.message.make_response(query, recursion_available=not server.authoritative)
        if server.authoritative:
            response.flags |= dns.flags.AA
        rcode = server.rcodes.get(key, server.rcode)
        if rcode is not None:
            response.set_rcode(rcode)
        else:
            self._fill(server, response, question.name, question.rdtype)
        return response

    def _fill(self, server, response, name, rdtype):
        data = self.data if server.records is None else server.records
        seen = set()
        while name not in seen:
            seen.add(name)
            if records := _lookup(data, name, rdtype):
                response.answer.append(records)
                return
            if not (alias := _lookup(data, name, dns.rdatatype.CNAME)):
                break
            response.answer.append(alias)
            name = alias[0].target
        self._deny(data, response, name)

    def _deny(self, data, response, name):
        text = name.to_text(omit_final_dot=True)
        if not any(owner == text or owner.endswith("." + text) for owner, _ in data):
            response.set_rcode(dns.rcode.NXDOMAIN)
        zones = [z for z in map(dns.name.from_text, self.zones) if name.is_subdomain(z)]
        apex = max(zones, key=len)
        soa = dns.rrset.from_text(apex, 60, "IN", "SOA", "ns. host. 1 2 3 4 5")
        response.authority.append(soa)


def _lookup(data, name, rdtype):
    text = name.to_text(omit_final_dot=True).lower()
    wildcard = "*." + text.partition(".")[2]
    for owner in (text, wildcard):
        if records := data.get((owner, dns.rdatatype.to_text(rdtype))):
            rrset = dns.rrset.RRset(name, dns.rdataclass.IN, rdtype)
            for each in records:
                rdata = dns.rdata.from_text("IN", rdtype, each, dns.name.root, relativize=False)
                rrset.add(rdata, 60)
            return rrset
    return None


def free_port():
    """One that is free over TCP and over UDP."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            suppress(OSError),
        ):
            tcp.bind((RESOLVER, 0))
            udp.bind(tcp.getsockname())
            return tcp.getsockname()[1]


class Listener(asyncio.DatagramProtocol):
    def __init__(self, world, server):
        self.world, self.server = world, server
        self.tasks = set()

    @asynccontextmanager
    async def listen(self, port):
        loop = asyncio.get_running_loop()
        address = (self.server.address, port)
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, address)
        tcp = await asyncio.start_server(self.over_tcp, *address)
        try:
            yield
        finally:
            self.transport.close()
            tcp.close()
            await tcp.wait_closed()
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    def datagram_received(self, data, sender):
        task = asyncio.ensure_future(self.over_udp(data, sender))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def over_udp(self, data, sender):
        self.server.datagrams += 1
        self.server.ports.add(sender[1])
        if self.server.silent or self.server.datagrams <= self.server.lost:
            return
        response = self.world.answer(self.server, dns.message.from_wire(data))
        await self._hold()
        if self.server.truncates:
            response.flags |= dns.flags.TC
            response.answer.clear()
        wire = response.to_wire(max_size=65535)
        for datagram in self.server.tamper(wire) if self.server.tamper else [wire]:
            self.transport.sendto(datagram, sender)

    async def _hold(self):
        self.server.waiting.append(asyncio.get_running_loop().create_future())
        mine = self.server.waiting[-1]
        if len(self.server.waiting) >= self.server.hold:
            for each in self.server.waiting:
                if not each.done():
                    each.set_result(None)
        await mine

    async def over_tcp(self, reader, writer):
        self.server.connections += 1
        try:
            query = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            if not self.server.silent:
                response = self.world.answer(self.server, dns.message.from_wire(query))
                wire = response.to_wire(max_size=65535)
                writer.write(len(wire).to_bytes(2) + wire)
                await writer.drain()
        finally:
            writer.close()
