"""A door on loopback between Dovecot and the source of one mailbox.

Dovecot copies, but it does not see the source: here it finds a plain server with our own names of
folders and no way to change anything. The source's password stays with the worker, its certificate
is checked here, and closing the door ends the copy.
"""

import asyncio
import hmac
import secrets
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from mailboxes.migration import headers, source, syntax
from mailboxes.migration.connecting import Server
from mailboxes.migration.errors import SourceError, hung_up
from mailboxes.migration.folders import Place, matches
from mailboxes.migration.listening import Listener
from mailboxes.migration.side import SideThread
from mailboxes.migration.source import Login, Source
from mailboxes.migration.syntax import NotImap

PIECE_BYTES = 64 * 2**10
# What is told by itself, or through to the source; whatever else could change something there.
READING = {b"NOOP", b"CHECK", b"CLOSE", b"FETCH", b"SEARCH", b"UID FETCH", b"UID SEARCH"}
CAPABILITIES = b"IMAP4rev1"


@dataclass(slots=True)
class Progress:
    """What came through so far: messages are whole ones."""

    folder: str = ""
    messages: int = 0
    bytes: int = 0
    by_folder: dict[str, int] = field(default_factory=dict)


class Doorway:
    """Its port and key are for Dovecot; what came through and what went wrong for the worker."""

    def __init__(self, server: Server, login: Login, places: Sequence[Place]) -> None:
        self.server, self.login = server, login
        self.places = {syntax.encode_name(place.here): place for place in places}
        self.names = {place.raw: name for name, place in self.places.items()}
        self.key = secrets.token_hex(24)
        self.port = 0
        self.progress = Progress()
        self.error: SourceError | None = None
        self.visits = set[Visit]()

    @property
    def silent_seconds(self) -> float:
        """How long the source owes an answer."""
        now = time.monotonic()
        listeners = [visit.listener for visit in set(self.visits)]
        return max((now - each.heard_at for each in listeners if each.is_owed), default=0)

    @property
    def coming(self) -> int:
        """Bytes of the messages that are on their way and not counted so far."""
        return sum(visit.listener.coming for visit in set(self.visits))

    async def open(self) -> None:
        self._listener = await asyncio.start_server(
            self.let_in, "127.0.0.1", 0, limit=syntax.LONGEST_LINE
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._listener.close()
        for visit in self.visits:
            visit.task.cancel()

    async def let_in(self, reader: StreamReader, writer: StreamWriter) -> None:
        visit = Visit(self, reader, writer)
        self.visits.add(visit)
        try:
            await visit.serve()
        except SourceError as error:
            self.error = self.error or error
        except (NotImap, OSError, asyncio.IncompleteReadError):
            pass  # Dovecot has gone, or the pump has said why
        finally:
            self.visits.discard(visit)
            writer.transport.abort()


@contextmanager
def opened(
    side: SideThread, server: Server, login: Login, places: Sequence[Place]
) -> Iterator[Doorway]:
    """A door that is open during the block; at its end whoever is inside is put out."""
    doorway = Doorway(server, login, places)
    side.start(doorway.open()).result()
    try:
        yield doorway
    finally:
        side.start(doorway.close()).result()


class Visit:
    """One connection of Dovecot, with a session at the source behind it."""

    def __init__(self, door: Doorway, reader: StreamReader, writer: StreamWriter) -> None:
        self.door, self.reader, self.writer = door, reader, writer
        self.folder = ""
        self.ahead = headers.Ahead()
        self.listener = Listener(door.names, self.ahead, self._count)
        self.line: list[bytes] = []
        self.tag = b""
        self.task: asyncio.Task[None] = asyncio.current_task()  # type: ignore[assignment]

    async def serve(self) -> None:
        await self._say(b"* OK [CAPABILITY " + CAPABILITIES + b"] Ready.\r\n")
        if await self._knock():
            async with source.signed_in(self.door.server, self.door.login) as session:
                await self._say(self.tag + b" OK Come in.\r\n")
                await self._pass_on(session)

    async def _knock(self) -> bool:
        """Wait for the key; nobody without it gets any further."""
        while line := await self._command():
            match line:
                case b"LOGIN", [_user, bytes() as key] if hmac.compare_digest(
                    key, self.door.key.encode()
                ):
                    return True
                case b"CAPABILITY", _:
                    await self._capability()
                case b"LOGOUT", _:
                    return False
                case _:
                    await self._say(self.tag + b" NO Sign in first.\r\n")
        return False

    async def _command(self) -> tuple[bytes, list[syntax.Value]] | None:
        """Dovecot's next one, without its tag."""
        self.line = await syntax.read_response(self.reader)
        match syntax.parse(self.line):
            case [bytes() as tag, bytes() as verb, *given]:
                self.tag, verb = tag, verb.upper()
                if verb == b"UID" and given and isinstance(given[0], bytes):
                    return b"UID " + given[0].upper(), given[1:]
                return verb, given
        return None

    async def _pass_on(self, session: Source) -> None:
        pump = asyncio.create_task(self._pump(session))
        try:
            while (line := await self._command()) and line[0] != b"LOGOUT":
                if pump.done():
                    break
                await self._answer(session, *line)
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump

    async def _answer(self, session: Source, verb: bytes, given: list[syntax.Value]) -> None:
        match verb, given:
            case b"CAPABILITY", _:
                await self._capability()
            case ((b"LIST" | b"LSUB"), [_reference, bytes() as pattern]):
                await self._list(verb, pattern)
            case ((b"SELECT" | b"EXAMINE"), [bytes() as name, *_]):
                # Looking in must not even mark messages as no longer recent.
                await self._ask_for_folder(session, b"EXAMINE", name, b"")
            case b"STATUS", [bytes() as name, list() as items]:
                await self._ask_for_folder(session, verb, name, b" " + syntax.listed(items))
            case b"UID FETCH", _ if asked := headers.ASKED.search(self.line[0]):
                self.listener.asked()
                header = await self.ahead.header(session, int(asked[1]))
                await self._say(header + self.tag + b" OK\r\n")
            case _ if verb in READING:
                await self._forward(session, b"".join(self.line))
            case _:
                await self._say(self.tag + b" NO Nothing can be changed here.\r\n")

    async def _capability(self) -> None:
        await self._say(b"* CAPABILITY %s\r\n%s OK\r\n" % (CAPABILITIES, self.tag))

    async def _list(self, verb: bytes, pattern: bytes) -> None:
        lines = [
            b'* %s () "/" %s\r\n' % (verb, syntax.quote(name))
            for name in self.door.places
            if matches(name, pattern)
        ]
        if not pattern:
            lines = [b'* %s (\\Noselect) "/" ""\r\n' % verb]
        await self._say(b"".join([*lines, self.tag, b" OK\r\n"]))

    async def _ask_for_folder(self, session: Source, verb: bytes, name: bytes, rest: bytes) -> None:
        place = self.door.places.get(name)
        if place is None:
            await self._say(self.tag + b" NO [NONEXISTENT] No such folder.\r\n")
            return
        if verb == b"EXAMINE":
            self.ahead.clear()
            self.folder = self.door.progress.folder = place.here
        named = syntax.quote(place.raw)
        await self._forward(session, b"%s %s %s%s\r\n" % (self.tag, verb, named, rest))

    async def _forward(self, session: Source, command: bytes) -> None:
        self.listener.asked()
        self.listener.owed += 1
        session.writer.write(command)
        await session.writer.drain()

    async def _pump(self, session: Source) -> None:
        """All that the source says, to Dovecot."""
        with suppress(OSError, NotImap):
            while data := await session.reader.read(PIECE_BYTES):
                if said := self.listener.hear(data):
                    await self._say(said)
        # Not reached when Dovecot was done first: then this task is cancelled.
        reason = hung_up(self.listener.last_words)
        self.door.error = self.door.error or reason
        self.ahead.end(reason)
        self.writer.transport.abort()

    def _count(self, size: int) -> None:
        progress = self.door.progress
        progress.messages += 1
        progress.bytes += size
        progress.by_folder[self.folder] = progress.by_folder.get(self.folder, 0) + 1

    async def _say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
