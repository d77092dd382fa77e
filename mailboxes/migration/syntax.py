"""IMAP as it goes over the wire: lines, literals, quoted strings, names of folders."""

import base64
import binascii
import re
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from collections.abc import Iterator
from dataclasses import dataclass

# A search may answer with the numbers of all messages in one line.
LONGEST_LINE = 8 * 2**20
# What the worker reads for itself: names, numbers, dates. Mail only passes through.
LONGEST_LITERAL = 64 * 2**10
LITERAL = re.compile(rb"\{([0-9]{1,15})\+?\}\r?\n\Z")
TOKEN = re.compile(rb'[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+')
ENCODED = re.compile(r"&([^-]*)-")
PLAIN = re.compile(rb'[^\x00-\x1f\x7f-\xff"\\]*\Z')

Value = bytes | None | list["Value"]


class NotImap(Exception):
    """The other side does not speak IMAP as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a command: OK, NO or BAD, and what the server said."""

    status: bytes
    text: bytes

    @property
    def words(self) -> str:
        """For people: without the code in brackets."""
        text = re.sub(rb"^\[[^\]]*\]\s*", b"", self.text).decode(errors="replace")
        return "".join(letter for letter in text if letter.isprintable()).strip()[:200]

    @property
    def code(self) -> bytes:
        found = re.match(rb"\[([A-Z-]+)", self.text.upper())
        return found[1] if found else b""


async def read_line(reader: StreamReader) -> bytes:
    """One line with its end; nothing when the other side has hung up."""
    try:
        return await reader.readuntil(b"\n")
    except IncompleteReadError:
        return b""
    except LimitOverrunError:
        raise NotImap from None


def literal_size(line: bytes) -> int | None:
    """How many bytes follow that are no line."""
    found = LITERAL.search(line[-20:])
    return int(found[1]) if found else None


async def read_response(reader: StreamReader) -> list[bytes]:
    """A line with its literals: texts and literals in turn, a text first and last."""
    pieces = [await read_line(reader)]
    while (size := literal_size(pieces[-1])) is not None:
        if size > LONGEST_LITERAL or len(pieces) > 100:
            raise NotImap
        try:
            pieces.append(await reader.readexactly(size))
        except IncompleteReadError:
            return [b""]
        pieces.append(await read_line(reader))
    return pieces


def parse(pieces: list[bytes]) -> list[Value]:
    """The values of a line, with lists inside lists; a list that is left open ends with it."""
    top: list[Value] = []
    open_lists = [top]
    for value in _values(pieces):
        if value == b"(":
            inner: list[Value] = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
        elif value == b")":
            if len(open_lists) > 1:
                open_lists.pop()
        else:
            open_lists[-1].append(value[0] if isinstance(value, tuple) else value)
    return top


def _values(pieces: list[bytes]) -> Iterator[bytes | tuple[bytes] | None]:
    """Strings come in a tuple: a quoted parenthesis opens nothing."""
    for number, piece in enumerate(pieces):
        if number % 2:
            yield (piece,)
            continue
        for token in TOKEN.findall(LITERAL.sub(b"", piece)):
            if token.startswith(b'"'):
                yield (re.sub(rb"\\(.)", rb"\1", token[1:-1]),)
            else:
                yield None if token.upper() == b"NIL" else token


def quote(text: bytes) -> bytes:
    return b'"' + re.sub(rb'([\\"])', rb"\\\1", text) + b'"'


def listed(items: list[Value]) -> bytes:
    return b"(" + b" ".join(item for item in items if isinstance(item, bytes)) + b")"


def is_plain(text: bytes) -> bool:
    """It can stand between quotes in any server's eyes."""
    return PLAIN.match(text) is not None


def decode_name(raw: bytes) -> str:
    """A folder's name for people: IMAP's own UTF-7 (RFC 3501, 5.1.3), or UTF-8 where it is that."""
    return ENCODED.sub(_decode_run, raw.decode(errors="replace"))


def _decode_run(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    padded = found[1].replace(",", "/") + "=" * (-len(found[1]) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return found[0]


def encode_name(name: str) -> bytes:
    """The way back."""
    runs = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name)
    return b"".join(map(_encode_run, runs))


def _encode_run(run: str) -> bytes:
    if run.isascii() and run.isprintable():
        return run.replace("&", "&-").encode()
    coded = base64.b64encode(run.encode("utf-16-be", "surrogatepass"))
    return b"&" + coded.rstrip(b"=").replace(b"/", b",") + b"-"
