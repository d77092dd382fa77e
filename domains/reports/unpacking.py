"""From a message to the XML in it, whatever it is packed in and whatever it claims to be."""

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from email.message import Message
from gzip import GzipFile
from io import BytesIO
from typing import IO

from domains.reports.errors import Unreadable

MOST_BYTES = 20 * 2**20  # of all that is in a message, once unpacked
MOST_PARTS = 20
MOST_ENTRIES = 20
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
BROKEN = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError,
    NotImplementedError, ValueError, OverflowError,
)  # fmt: skip


def reports_in(message: Message) -> list[bytes]:
    """Every report in the message; Unreadable when there is none."""
    found, why, left = [], "it holds no report", MOST_BYTES
    for content in _contents(message):
        xml = _unpacked(content, left)
        left = max(left - len(xml), 0)
        if _is_xml(xml):
            found.append(xml)
        elif _is_about_tls(xml):
            why = "it is a report about TLS, which is not read here"
    if not found:
        raise Unreadable(why)
    return found


def _contents(message: Message) -> Iterator[bytes]:
    """What each part holds, judged by itself: names and types are often wrong."""
    parts = 0
    for part in message.walk():
        if part.is_multipart():
            continue
        parts += 1
        if parts > MOST_PARTS:
            raise Unreadable("it has too many parts")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content


def _unpacked(content: bytes, most: int) -> bytes:
    try:
        if content.startswith(GZIP):
            return _read(GzipFile(fileobj=BytesIO(content)), most)
        if content.startswith(ZIP):
            return _unzipped(content, most)
    except BROKEN as error:
        raise Unreadable("its attachment cannot be unpacked") from error
    return content


def _unzipped(content: bytes, most: int) -> bytes:
    """The first file inside; others are looked at only where that is none."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        for entry in packed.infolist()[:MOST_ENTRIES]:
            if not entry.is_dir():
                with packed.open(entry) as file:
                    return _read(file, most)
    return b""


def _read(file: IO[bytes] | GzipFile, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise Unreadable("its attachment is too large once unpacked")
    return content


def _is_xml(content: bytes) -> bool:
    start = content[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith((b"<?xml", b"<feedback")) or b"<feedback" in start


def _is_about_tls(content: bytes) -> bool:
    if not content.lstrip().startswith(b"{"):
        return False
    try:
        return "policies" in json.loads(content)
    except (ValueError, RecursionError):
        return False
