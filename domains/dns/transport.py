"""Asks one name server: UDP over shared sockets, TCP where an answer does not fit."""

import asyncio
import secrets
import socket
import struct
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype

from .answers import Outcome

Address = tuple[str, int]

HEADER = struct.Struct("!6H")
TYPE_AND_CLASS = struct.Struct("!HH")
EDNS = b"\0" + struct.pack("!HHIH", dns.rdatatype.OPT, 1232, 0, 0)
TRUNCATED = 0x02
RECEIVE_BUFFER = 1 << 20
READS_AT_ONCE = 50
# A fresh port now and then, so that a forger cannot learn the one we use.
QUESTIONS_PER_SOCKET = 200
FORGERIES_ALLOWED = 50
OPEN_SOCKETS = 200
# Parsing costs time per record, and 64 KB can hold thousands of them.
MAX_RECORDS = 500


@dataclass(frozen=True, slots=True)
class Network:
    """Where to ask and how long to wait, in seconds."""

    resolvers: tuple[Address, ...] = ()  # none: those of the operating system
    nameserver_port: int = 53
    deadline: float = 5.0  # for one look-up, with every server it has to try
    total: float = 10.0  # for all of one domain
    # A customer chooses the addresses of his name servers: by default they cannot be ours.
    private_nameservers: bool = False


class UnansweredError(Exception):
    """This server gave nothing to judge."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class ForgeryError(OSError):
    """Too many answers to questions that we did not ask."""


class Channel:
    """One UDP socket connected to one server; the kernel drops what others send."""

    def __init__(self, server: Address, loop: asyncio.AbstractEventLoop) -> None:
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        self._loop = loop
        self._waiting: dict[int, tuple[bytes, asyncio.Future[bytes]]] = {}
        self._forgeries = 0
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        try:
            self._socket.connect(server)
        except OSError:
            self._socket.close()
            raise
        self._loop.add_reader(self._socket, self._read)
        self.asked = 0
        self.retired = False

    @property
    def idle(self) -> bool:
        return not self._waiting

    async def ask(self, question: bytes, flags: int, patience: float) -> bytes:
        """Ask, and ask again after half of the patience: a datagram may get lost."""
        number = self._free_number()
        wire = HEADER.pack(number, flags, 1, 0, 0, 1) + question + EDNS
        reply: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting[number] = question, reply
        self.asked += 1
        again = self._loop.call_later(patience / 2, self._send, wire, reply)
        try:
            self._send(wire, reply)
            return await reply
        finally:
            again.cancel()
            del self._waiting[number]
            if self.retired and self.idle:
                self.close()

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _free_number(self) -> int:
        while (number := secrets.randbits(16)) in self._waiting:
            pass
        return number

    def _send(self, wire: bytes, reply: asyncio.Future[bytes]) -> None:
        try:
            self._socket.send(wire)
        except BlockingIOError:
            pass  # lost like any datagram; the repetition may get through
        except OSError as error:
            if not reply.done():
                reply.set_exception(error)

    def _read(self) -> None:
        for _ in range(READS_AT_ONCE):
            try:
                wire = self._socket.recv(65535)
            except BlockingIOError:
                return
            except OSError as error:
                self._fail(error)
                return
            self._match(wire)

    def _match(self, wire: bytes) -> None:
        question, reply = self._waiting.get(int.from_bytes(wire[:2]), (b"", None))
        if reply is None or not _answers(wire, question):
            self._forgeries += 1
            if self._forgeries > FORGERIES_ALLOWED:
                self.asked = QUESTIONS_PER_SOCKET
                self._fail(ForgeryError())
        elif not reply.done():
            reply.set_result(wire)

    def _fail(self, error: OSError) -> None:
        for _, reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(error)


class Transport:
    """Every server asked during one batch."""

    def __init__(self) -> None:
        self._channels: dict[Address, Channel] = {}

    def close(self) -> None:
        for channel in self._channels.values():
            channel.close()

    async def ask(
        self,
        server: Address,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        patience: float,
        recursion: bool = False,
    ) -> dns.message.Message:
        """The server's answer as it stands; UnansweredError if it gave none in time."""
        question = name.to_digestable() + TYPE_AND_CLASS.pack(rdtype, dns.rdataclass.IN)
        flags = int(dns.flags.RD) if recursion else 0
        try:
            async with asyncio.timeout(patience):
                wire = await self._exchange(server, question, flags, patience)
        except TimeoutError:
            raise UnansweredError(Outcome.TIMEOUT) from None
        except EOFError:
            raise UnansweredError(Outcome.UNREADABLE) from None
        except OSError:
            raise UnansweredError(Outcome.NO_ROUTE) from None
        return _parsed(wire)

    async def _exchange(
        self, server: Address, question: bytes, flags: int, patience: float
    ) -> bytes:
        try:
            wire = await self._channel(server).ask(question, flags, patience)
        except ForgeryError:
            return await _over_tcp(server, question, flags)
        if wire[2] & TRUNCATED:
            return await _over_tcp(server, question, flags)
        return wire

    def _channel(self, server: Address) -> Channel:
        channel = self._channels.get(server)
        if channel is None or channel.asked >= QUESTIONS_PER_SOCKET:
            self._retire(server)
            if len(self._channels) >= OPEN_SOCKETS:
                for other in [s for s, c in self._channels.items() if c.idle]:
                    self._retire(other)
            channel = self._channels[server] = Channel(server, asyncio.get_running_loop())
        return channel

    def _retire(self, server: Address) -> None:
        channel = self._channels.pop(server, None)
        if channel and channel.idle:
            channel.close()
        elif channel:
            channel.retired = True


async def _over_tcp(server: Address, question: bytes, flags: int) -> bytes:
    number = secrets.randbits(16)
    wire = HEADER.pack(number, flags, 1, 0, 0, 1) + question + EDNS
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(len(wire).to_bytes(2) + wire)
        reply = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
    finally:
        writer.close()
    if int.from_bytes(reply[:2]) != number or not _answers(reply, question):
        raise EOFError
    return reply


def _answers(wire: bytes, question: bytes) -> bool:
    """Whether this is a response to our question. A failure may leave the question out."""
    if len(wire) < HEADER.size or not wire[2] & 0x80:
        return False
    asked = wire[HEADER.size : HEADER.size + len(question)].lower()
    return asked == question.lower() or (wire[4:6] == b"\0\0" and wire[3] & 0x0F != 0)


def _parsed(wire: bytes) -> dns.message.Message:
    if sum(HEADER.unpack_from(wire)[3:]) > MAX_RECORDS:
        raise UnansweredError(Outcome.TOO_MANY)
    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        raise UnansweredError(Outcome.UNREADABLE) from None
