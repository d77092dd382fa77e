"""What the source says on one connection, made into what Dovecot hears.

Worked through as it comes, without waiting for whole messages: what arrives together leaves
together.
"""

import re
import time
from collections.abc import Callable, Mapping

from mailboxes.migration import headers, syntax

# As a literal, or in quotes.
BODY = re.compile(rb'\bBODY\[\](?:<[0-9]+>)? *(?:~?\{|")', re.IGNORECASE)
HEADER = b"BODY[HEADER] "
# Of a response that is read before it goes on: a header has one literal, the name of a folder too.
MOST_PIECES = 8


class Listener:
    """Folders get their names here, headers that were fetched ahead are kept, bodies counted."""

    def __init__(
        self,
        names: Mapping[bytes, bytes],
        ahead: headers.Ahead,
        count: Callable[[int], None],
    ) -> None:
        self._names, self._ahead, self._count = names, ahead, count
        self.heard_at = time.monotonic()
        self.last_words = b""
        # Commands that were passed on and not answered so far.
        self.owed = 0
        self._buffer = bytearray()
        # Of the response that has begun: None where it passes through.
        self._kept: list[bytes] | None = None
        self._begun = False
        # The body that is on its way: as large as the source says.
        self.coming = 0
        self._left = 0

    @property
    def is_owed(self) -> bool:
        return self.owed > 0 or self._ahead.waits

    def asked(self) -> None:
        """The source has something to answer from now on."""
        if not self.is_owed:
            self.heard_at = time.monotonic()

    def hear(self, data: bytes) -> bytes:
        """What of it goes on to Dovecot now."""
        self.heard_at = time.monotonic()
        self._buffer += data
        said = bytearray()
        at = 0
        while True:
            if self._left:
                piece = bytes(self._buffer[at : at + self._left])
                at += len(piece)
                self._take(piece, said)
                if self._left:
                    break
            end = self._buffer.find(b"\n", at) + 1
            if not end:
                break
            line = bytes(self._buffer[at:end])
            at = end
            self._line(line, said)
        del self._buffer[:at]
        if len(self._buffer) > syntax.LONGEST_LINE:
            raise syntax.NotImap
        return bytes(said)

    def _take(self, piece: bytes, said: bytearray) -> None:
        """A part of a literal, or all of it."""
        self._left -= len(piece)
        if self._kept is None:
            said += piece
        else:
            self._kept[-1] += piece
        if not self._left and self.coming:
            self._count(self.coming)
            self.coming = 0

    def _line(self, line: bytes, said: bytearray) -> None:
        if not self._begun:
            self._begin(line)
        if self._kept is None:
            said += line
        else:
            self._kept.append(line)
        size, is_body = syntax.literal_size(line), BODY.search(line) is not None
        self._begun = size is not None
        if size is None:
            if is_body:
                self._count(len(line))
            self._end(said)
            return
        self._left = size
        self.coming = size if is_body else 0
        # Nothing but a body is larger: it is counted, what is not would fill the disk uncounted.
        if not self.coming and size > headers.LONGEST_HEADER:
            raise syntax.NotImap
        if self._kept is not None:
            if self.coming or len(self._kept) > MOST_PIECES:
                raise syntax.NotImap
            self._kept.append(b"")

    def _begin(self, line: bytes) -> None:
        keeps = line.startswith((b"* STATUS ", headers.TAG)) or (
            self._ahead.waits and HEADER in line
        )
        self._kept = [] if keeps else None
        if line.startswith(b"*"):
            if line[:6].upper() == b"* BYE ":
                self.last_words = line[6:]
            elif line.rstrip().upper().endswith(b" EXPUNGE"):
                self._ahead.forget()
            else:
                self._ahead.note(line)
        elif not line.startswith((b"+", headers.TAG)):
            self.owed -= 1

    def _end(self, said: bytearray) -> None:
        kept, self._kept = self._kept, None
        if kept is None:
            return
        if kept[0].startswith(headers.TAG):
            self._ahead.end()
        elif kept[0].startswith(b"* STATUS "):
            said += self._status(kept)
        else:
            self._ahead.take(kept)

    def _status(self, kept: list[bytes]) -> bytes:
        """With the folder's name here in it; nothing for a folder that we do not know."""
        match syntax.parse(kept):
            case [_star, _status, bytes() as raw, list() as items] if raw in self._names:
                name = syntax.quote(self._names[raw])
                return b"* STATUS %s %s\r\n" % (name, syntax.listed(items))
        return b""
