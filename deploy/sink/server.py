"""As much of SMTP (RFC 5321) as Postfix speaks to a relay host."""

import asyncio
import itertools
import re
import time
from pathlib import Path

LIMIT = 64 * 1024 * 1024
PATH = re.compile(r"<([^>]*)>")


class Outbox:
    """One .eml file per message, named so that a listing shows them in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        envelope = f"X-Envelope-From: <{sender}>\r\n"
        envelope += f"X-Envelope-To: {', '.join(f'<{to}>' for to in recipients)}\r\n"
        moment = time.strftime("%Y%m%d-%H%M%S")
        to = re.sub(r"[^A-Za-z0-9.@+_-]", "_", recipients[0])[:80]
        partial = self.folder / f".{next(self.numbers)}"
        partial.write_bytes(envelope.encode() + content)
        # A reader never sees half a message.
        partial.replace(self.folder / f"{moment}-{time.time_ns() % 10**9:09d}-{to}.eml")


class Conversation:
    def __init__(
        self, outbox: Outbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.outbox, self.reader, self.writer = outbox, reader, writer
        self.forget()

    def forget(self) -> None:
        self.sender = ""
        self.recipients: list[str] = []

    async def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def hold(self) -> None:
        await self.say("220 outbox ESMTP")
        while line := await self.reader.readline():
            verb = line[:4].upper().decode("ascii", "replace")
            if verb == "QUIT":
                await self.say("221 2.0.0 Bye")
                return
            await self.say(await self.obey(verb, line.decode("utf-8", "replace")))

    async def obey(self, verb: str, line: str) -> str:
        if verb == "EHLO":
            return f"250-outbox\r\n250-SIZE {LIMIT}\r\n250-8BITMIME\r\n250 SMTPUTF8"
        if verb in ("HELO", "NOOP", "RSET"):
            self.forget()
            return "250 2.0.0 Ok"
        path = PATH.search(line)
        if verb == "MAIL" and path:
            self.sender = path[1]
            return "250 2.1.0 Ok"
        if verb == "RCPT" and path:
            self.recipients.append(path[1])
            return "250 2.1.5 Ok"
        if verb == "DATA" and self.recipients:
            return await self.receive()
        return "500 5.5.1 Not understood"

    async def receive(self) -> str:
        await self.say("354 End with a line of one dot")
        lines = []
        while (line := await self.reader.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not line:
            raise ConnectionError("the client left in the middle of a message")
        self.outbox.keep(self.sender, self.recipients, b"".join(lines))
        self.forget()
        return "250 2.0.0 Kept"


async def serve(folder: Path, host: str, port: int) -> None:
    outbox = Outbox(folder)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(outbox, reader, writer).hold()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, port, limit=LIMIT)
    async with server:
        await server.serve_forever()
