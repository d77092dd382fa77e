"""The server that mail is fetched from: reached through the guard, read and never changed."""

import asyncio
import base64
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from django.utils.translation import gettext as _

from kuploy.throttle import TooOften, throttle
from mailboxes.migration import syntax
from mailboxes.migration.connecting import CONNECT_SECONDS, Server, connect, tls_context, tls_error
from mailboxes.migration.errors import (
    SourceError,
    hung_up,
    not_imap,
    refused_sign_in,
    silent,
    too_much,
)
from mailboxes.migration.syntax import Answer, NotImap, Value

ANSWER_SECONDS = 60
# The server says nothing of time; a mailbox with a million messages answers slowly.
LONG_ANSWER_SECONDS = 600
# Of one user there, for all accounts together.
TRIES_PER_HOUR = 20
# The worker shares its host with everybody's mail: no response is longer, no answer that is kept.
LONGEST_RESPONSE, LONGEST_ANSWER = 2**20, 4 * 2**20
Take = Callable[[list[Value]], None]


@dataclass(frozen=True, slots=True)
class Login:
    """Whose mail; with a master user it is that one's password."""

    user: str
    password: str = field(repr=False)
    master: str = ""


@asynccontextmanager
async def signed_in(
    server: Server, login: Login, *, is_try: bool = False
) -> AsyncIterator["Source"]:
    """A session; SourceError says in the server's own words why there is none.

    IS_TRY: nobody knows yet whether the password is right.
    """
    source = Source(await connect(server))
    try:
        await source.greet(server)
        if is_try:
            source.count_try(login)
        await source.sign_in(login)
        yield source
    finally:
        source.hang_up()


class Source:
    """A connection to that server. After signed_in() it may be used by one reader at a time."""

    def __init__(self, streams: tuple[StreamReader, StreamWriter]) -> None:
        self.reader, self.writer = streams
        self.capabilities = frozenset[bytes]()
        self._tags = count(1)

    async def greet(self, server: Server) -> None:
        async with _patience(ANSWER_SECONDS):
            greeting = await self._response()
        if greeting[:2] != [b"*", b"OK"]:
            raise not_imap()
        if server.security == "starttls":
            await self._start_tls(server)
        await self._ask_capabilities()

    async def _start_tls(self, server: Server) -> None:
        done = await self.command(b"STARTTLS")
        if done.status != b"OK":
            raise SourceError(_("It offers no STARTTLS at this port."), lasting=True)
        if await self._said_more():
            # It would be taken for something that came encrypted (RFC 3501 section 6.2.1).
            raise SourceError(_("Somebody interferes with its STARTTLS."), lasting=True)
        try:
            async with _patience(CONNECT_SECONDS):
                await self.writer.start_tls(tls_context(server.verify), server_hostname=server.host)
        except ssl.SSLError as error:
            raise tls_error(error) from error
        except OSError as error:
            raise hung_up() from error

    async def _said_more(self) -> bool:
        try:
            async with asyncio.timeout(0):
                return bool(await self.reader.read(1))
        except TimeoutError:
            return False

    async def _ask_capabilities(self) -> None:
        found = await self.ask(b"CAPABILITY")
        words = [word for line in found if line[1:2] == [b"CAPABILITY"] for word in line[2:]]
        self.capabilities = frozenset(word.upper() for word in words if isinstance(word, bytes))

    def count_try(self, login: Login) -> None:
        """Nobody guesses passwords from our address: the server would lock everybody out."""
        address, port, *_more = self.writer.get_extra_info("peername")
        user = sha256(f"{login.user}*{login.master}".lower().encode()).hexdigest()
        try:
            throttle(f"source:{address}:{port}:{user}", limit=TRIES_PER_HOUR, seconds=3600)
        except TooOften as error:
            raise SourceError(
                _("There were too many tries with %(user)s. Test again in an hour.")
                % {"user": login.user},
                lasting=True,
            ) from error

    async def sign_in(self, login: Login) -> None:
        user, password = login.user.encode(), login.password.encode()
        plain = b"AUTH=PLAIN" in self.capabilities
        if plain and (login.master or not (syntax.is_plain(user) and syntax.is_plain(password))):
            done = await self._authenticate(user, login.master.encode() or user, password)
        else:
            name = user + b"*" + login.master.encode() if login.master else user
            done = await self.command(b"LOGIN", name, password)
        if done.status != b"OK":
            raise refused_sign_in(done)
        await self._ask_capabilities()

    async def _authenticate(self, user: bytes, signs_in: bytes, password: bytes) -> Answer:
        """SASL PLAIN (RFC 4616): whose mail, who signs in, and with what."""
        said = b"%s\0%s\0%s" % (user if user != signs_in else b"", signs_in, password)
        return await self.command(b"AUTHENTICATE PLAIN", continued=base64.b64encode(said))

    async def ask(self, verb: bytes, *strings: bytes, after: bytes = b"") -> list[list[Value]]:
        """What it answers to a question; SourceError when it refuses."""
        lines: list[list[Value]] = []
        await self.hear(verb, *strings, after=after, take=lines.append, most=LONGEST_ANSWER)
        return lines

    async def hear(
        self, verb: bytes, *strings: bytes, take: Take, after: bytes = b"", seconds: int = 0,
        most: int | None = None,
    ) -> None:  # fmt: skip
        """As ask(), each response as it comes; MOST bounds all of them together."""
        done = await self.command(
            verb, *strings, after=after, take=take, seconds=seconds, most=most
        )  # fmt: skip
        if done.status != b"OK":
            asked = verb.decode().split()[0]
            raise SourceError(
                _("It refused %(command)s: “%(words)s”") % {"command": asked, "words": done.words}
            )

    async def command(
        self,
        verb: bytes,
        *strings: bytes,
        after: bytes = b"",
        continued: bytes = b"",
        take: Take = lambda _line: None,
        seconds: int = 0,
        most: int | None = None,
    ) -> Answer:
        """Say it, with STRINGS in the form that every server takes, and read to the end."""
        tag = b"k%d" % next(self._tags)
        async with _patience(seconds or ANSWER_SECONDS):
            line = tag + b" " + verb
            for text in strings:
                if syntax.is_plain(text):
                    line += b" " + syntax.quote(text)
                else:
                    await self._say(line + b" {%d}\r\n" % len(text))
                    if early := await self._until(tag, take, most, stop_at_plus=True):
                        return early
                    line = text
            await self._say(line + after + b"\r\n")
            if continued:
                if early := await self._until(tag, take, most, stop_at_plus=True):
                    return early
                await self._say(continued + b"\r\n")
            return await self._until(tag, take, most) or Answer(b"BAD", b"")

    async def _say(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError as error:
            raise hung_up() from error

    async def _until(
        self, tag: bytes, take: Take, most: int | None, *, stop_at_plus: bool = False
    ) -> Answer | None:
        """The end of the command, or nothing where the server asks for more of it."""
        last_words, heard = b"", 0
        while True:
            line, *rest = pieces = await self._read(last_words)
            if line.startswith(b"+"):
                if stop_at_plus:
                    return None
                continue
            first, _space, text = line.partition(b" ")
            if first == tag and not rest:
                status, _space, said = text.partition(b" ")
                return Answer(status.strip().upper(), said.strip())
            if text.upper().startswith(b"BYE"):
                last_words = text[4:]
            else:
                size = sum(map(len, pieces))
                heard += size
                if size > LONGEST_RESPONSE or (most and heard > most):
                    raise too_much()
                take(syntax.parse(pieces))

    async def _response(self) -> list[Value]:
        pieces = await self._read()
        if pieces[0].upper().startswith(b"* BYE"):
            raise hung_up(pieces[0][6:])
        return syntax.parse(pieces)

    async def _read(self, last_words: bytes = b"") -> list[bytes]:
        try:
            pieces = await syntax.read_response(self.reader)
        except NotImap as error:
            raise not_imap() from error
        except OSError as error:
            raise hung_up(last_words) from error
        if not pieces[0]:
            raise hung_up(last_words)
        return pieces

    def hang_up(self) -> None:
        with suppress(OSError):
            self.writer.write(b"bye LOGOUT\r\n")
        # Not close(), which waits for a server that may have fallen silent.
        self.writer.transport.abort()


@asynccontextmanager
async def _patience(seconds: int) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise silent(seconds) from error
