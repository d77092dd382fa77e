"""Questions in, answers out, over UDP and TCP."""

import asyncio
import logging
from collections.abc import Iterator

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

from deploy.dns.updates import Updates
from deploy.dns.zone import Records, ZoneFile

logger = logging.getLogger("deploy.dns")

MOST_ALIASES = 16
MOST_CACHED = 200_000
PLAIN_UDP_SIZE = 512
OUR_UDP_SIZE = 1232


def answer(query: dns.message.Message, records: Records) -> dns.message.Message:
    """The whole reply to one query: data, no data, no such name, or not understood."""
    response = dns.message.make_response(query, recursion_available=True, our_payload=OUR_UDP_SIZE)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
    elif len(query.question) != 1 or query.question[0].rdclass != dns.rdataclass.IN:
        response.set_rcode(dns.rcode.REFUSED)
    else:
        _fill(response, query.question[0], records)
    return response


def _fill(response: dns.message.Message, question: dns.rrset.RRset, records: Records) -> None:
    name, wanted = question.name, question.rdtype
    for _ in range(MOST_ALIASES):
        node = _node(name, records)
        found = _select(node or {}, wanted)
        response.answer += found
        alias = bool(found) and found[0].rdtype == dns.rdatatype.CNAME
        if not alias or wanted in (dns.rdatatype.CNAME, dns.rdatatype.ANY):
            break
        name = found[0][0].target
    if records.soa(question.name):
        response.flags |= dns.flags.AA
    if not found:
        if node is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if soa := records.soa(name):
            response.authority.append(soa)


def _node(
    name: dns.name.Name, records: Records
) -> dict[dns.rdatatype.RdataType, dns.rrset.RRset] | None:
    """What a name has, or the wildcard below the nearest name above it that is there (RFC 4592)."""
    if (node := records.nodes.get(name)) is not None:
        return node
    above = next((each for each in _parents(name) if each in records.nodes), dns.name.root)
    wildcard = records.nodes.get(dns.name.Name([b"*", *above.labels]))
    if wildcard is None:
        return None
    return {
        kind: dns.rrset.from_rdata_list(name, found.ttl, list(found))
        for kind, found in wildcard.items()
    }


def _parents(name: dns.name.Name) -> Iterator[dns.name.Name]:
    while name != dns.name.root:
        name = name.parent()
        yield name


def _select(
    node: dict[dns.rdatatype.RdataType, dns.rrset.RRset], wanted: dns.rdatatype.RdataType
) -> list[dns.rrset.RRset]:
    if wanted == dns.rdatatype.ANY:
        return list(node.values())
    found = node.get(wanted) or node.get(dns.rdatatype.CNAME)
    return [found] if found else []


class Server:
    """Keeps ready answers: a question that was asked before costs one look-up."""

    def __init__(self, zone: ZoneFile, updates: Updates | None = None) -> None:
        self.zone, self.updates = zone, updates
        self._ready: dict[tuple[bytes, bool], bytes] = {}
        self._version = -1

    def reply(self, wire: bytes, *, tcp: bool) -> bytes | None:
        self.zone.refresh()
        if self.zone.version != self._version or len(self._ready) > MOST_CACHED:
            self._ready.clear()
            self._version = self.zone.version
        key = (wire[2:], tcp)
        if key not in self._ready:
            try:
                query = dns.message.from_wire(wire, self.updates.keyring if self.updates else None)
            except (dns.message.UnknownTSIGKey, dns.tsig.BadSignature, dns.tsig.BadTime):
                return _not_trusted(wire)
            except dns.exception.DNSException:
                return None
            if query.flags & dns.flags.QR:
                return None
            built = self._build(query, tcp=tcp)
            if query.had_tsig:  # signed with the time: nobody asks that again
                return built
            self._ready[key] = built[2:]
        return wire[:2] + self._ready[key]

    def _build(self, query: dns.message.Message, *, tcp: bool) -> bytes:
        limit = 65535 if tcp else max(query.payload, PLAIN_UDP_SIZE)
        return self._answer(query).to_wire(max_size=limit, prefer_truncation=True)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        if self.updates is None or not isinstance(query, dns.update.UpdateMessage):
            return answer(query, self.zone.records)
        response = dns.message.make_response(query)
        response.set_rcode(self.updates.apply(query))
        self.zone.refresh(at_once=True)
        return response


def _not_trusted(wire: bytes) -> bytes:
    """Who has no key of ours is told so, without a signature."""
    response = dns.message.make_response(dns.message.from_wire(wire, question_only=True))
    response.set_rcode(dns.rcode.NOTAUTH)
    return response.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: Server) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if reply := self.server.reply(data, tcp=False):
            self.transport.sendto(reply, address)


async def _converse(
    server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            reply = server.reply(await reader.readexactly(length), tcp=True)
            if reply is None:
                break
            writer.write(len(reply).to_bytes(2, "big") + reply)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(server: Server, host: str, port: int) -> None:
    server.zone.refresh()
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Datagrams(server), local_addr=(host, port))
    tcp = await asyncio.start_server(lambda r, w: _converse(server, r, w), host, port)
    async with tcp:
        await tcp.serve_forever()
