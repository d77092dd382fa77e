"""Headers, fetched ahead of the one that Dovecot asks for.

Dovecot knows a message by its header, and asks for each in a round trip of its own: over a distance
of 30 ms that is half an hour for 60,000 messages, at every copy. It asks in order, so the next ones
can come along with the first.
"""

import asyncio
import re
from array import array
from bisect import bisect_left

from mailboxes.migration.errors import SourceError
from mailboxes.migration.source import Source

AT_ONCE = 200
LONGEST_HEADER = 16 * 2**20
# Held at a time, whatever the source sends: what is beyond it is fetched when Dovecot asks for it.
MOST_HELD = 32 * 2**20
MOST_MESSAGES = 2**24
FOUND = re.compile(rb"\* ([0-9]+) FETCH .*\bUID ([0-9]+)\b", re.IGNORECASE)
ASKED = re.compile(rb"UID FETCH ([0-9]+) \(BODY\.PEEK\[HEADER\]\)\r\n\Z", re.IGNORECASE)
TAG = b"ahead "


class Ahead:
    """Of one folder: which messages there are, and the headers that have come."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Another folder begins."""
        self._uids = array("I")
        self._headers = dict[int, bytes]()
        self._held = 0
        self._done: asyncio.Future[None] | None = None

    def forget(self) -> None:
        """A message is gone: those that follow have other numbers now."""
        self._headers.clear()

    @property
    def waits(self) -> bool:
        return self._done is not None and not self._done.done()

    def note(self, line: bytes) -> None:
        """A message that the source lists."""
        if found := FOUND.match(line):
            uid = int(found[2])
            known = self._uids
            if len(known) < MOST_MESSAGES and (known[-1] if known else 0) < uid < 2**32:
                known.append(uid)

    async def header(self, session: Source, uid: int) -> bytes:
        """What the source answers to the question for this one; nothing if it is gone."""
        if uid not in self._headers:
            await self._fetch(session, uid)
        return self._headers.pop(uid, b"")

    async def _fetch(self, session: Source, uid: int) -> None:
        start = bisect_left(self._uids, uid)
        wanted = self._uids[start : start + AT_ONCE]
        last = wanted[-1] if wanted and wanted[0] == uid else uid
        self._headers.clear()
        self._held = 0
        self._done = asyncio.get_running_loop().create_future()
        command = b"%sUID FETCH %d:%d (BODY.PEEK[HEADER])\r\n" % (TAG, uid, last)
        session.writer.write(command)
        await session.writer.drain()
        await self._done

    def take(self, pieces: list[bytes]) -> None:
        """A header that has come, with the lines around it."""
        # Some name the message after its header.
        if found := FOUND.match(pieces[0].rstrip() + b" " + pieces[-1]):
            header = b"".join(pieces)
            self._held += len(header)
            if len(self._headers) < AT_ONCE and self._held <= MOST_HELD:
                self._headers[int(found[2])] = header

    def end(self, error: SourceError | None = None) -> None:
        """The last one has come, or none will."""
        if self._done and not self._done.done():
            if error:
                self._done.set_exception(error)
            else:
                self._done.set_result(None)
