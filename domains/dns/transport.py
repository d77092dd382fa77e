"""Asks one name server: UDP over shared sockets, TCP where an answer does not fit."""

import asyncio
import secrets
import socket
from dataclasses import dataclass

import dns.name
from dns.rdatatype import RdataType

from . import message
from .answers import Outcome

Address = tuple[str, int]

RECEIVE_BUFFER = 1 << 20
READS_AT_ONCE = 50
# A fresh port now and then, so that a forger cannot learn the one we use.
QUESTIONS_PER_SOCKET = 200
FORGERIES_ALLOWED = 50
OPEN_SOCKETS = 200


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

    async def ask(self, question: bytes, recursion: bool, patience: float) -> bytes:
        """Ask, and ask again after half of the patience: a datagram may get lost."""
        number = self._free_number()
        wire = message.query(number, recursion, question)
        reply: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting[number] = question, reply
        self.asked += 1
        # Two bare timers: asyncio.timeout() here would be a tenth of a sweep's work.
        again = self._loop.call_later(patience / 2, self._send, wire, reply)
        end = self._loop.call_later(patience, _expire, reply)
        try:
            self._send(wire, reply)
            return await reply
        finally:
            again.cancel()
            end.cancel()
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
        if reply is None or not message.responds(wire, question):
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
        rdtype: RdataType,
        patience: float,
        recursion: bool = False,
    ) -> message.Message:
        """The server's answer as it stands; UnansweredError if it gave none in time."""
        question = message.question(name, rdtype)
        try:
            wire = await self._exchange(server, question, recursion, patience)
            return message.read(wire, question, name, rdtype)
        except TimeoutError:
            raise UnansweredError(Outcome.TIMEOUT) from None
        except (EOFError, message.UnreadableError):
            raise UnansweredError(Outcome.UNREADABLE) from None
        except message.TooManyRecordsError:
            raise UnansweredError(Outcome.TOO_MANY) from None
        except OSError:
            raise UnansweredError(Outcome.NO_ROUTE) from None

    async def _exchange(
        self, server: Address, question: bytes, recursion: bool, patience: float
    ) -> bytes:
        try:
            wire = await self._channel(server).ask(question, recursion, patience)
        except ForgeryError:
            return await _over_tcp(server, question, recursion, patience)
        if message.is_truncated(wire):
            return await _over_tcp(server, question, recursion, patience)
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


def _expire(reply: asyncio.Future[bytes]) -> None:
    if not reply.done():
        reply.set_exception(TimeoutError())


async def _over_tcp(server: Address, question: bytes, recursion: bool, patience: float) -> bytes:
    number = secrets.randbits(16)
    wire = message.query(number, recursion, question)
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(*server)
        try:
            writer.write(len(wire).to_bytes(2) + wire)
            reply = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        finally:
            writer.close()
    if int.from_bytes(reply[:2]) != number or not message.responds(reply, question):
        raise EOFError
    return reply
