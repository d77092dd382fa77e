"""Text files: the encoding and the separator are recognised, quotes as in RFC 4180."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from mailboxes.imports.errors import Unreadable

SEPARATORS = ";\t,"
LONGEST_LINE = 65_536
# A quote that is never closed ends here.
csv.field_size_limit(LONGEST_LINE)
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def lines(pieces: Callable[[], Iterator[bytes]]) -> Iterator[tuple[int, list[str]]]:
    physical = _lines(pieces)
    first = next(physical, "")
    reader = csv.reader(_again(first, physical), delimiter=_separator(first), strict=True)
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                _("The file cannot be read from line %(line)d on: a quote is opened there and not "
                  "closed. Inside quotes a quote is written twice.") % {"line": began}
            ) from error  # fmt: skip
        if any(cell.strip() for cell in cells):
            yield began, cells


def _again(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def _separator(line: str) -> str:
    """A semicolon, a tab or a comma: the first of these that stands outside of quotes."""
    outside = "".join(line.split('"')[::2])
    return next((each for each in SEPARATORS if each in outside), ";")


def _lines(pieces: Callable[[], Iterator[bytes]]) -> Iterator[str]:
    """With their ends as they are; a quoted cell may go on in the next one."""
    raw = io.BufferedReader(_Stream(pieces()))
    decoded = io.TextIOWrapper(raw, encoding=_encoding(pieces), newline="")
    number = 0
    try:
        while line := decoded.readline(LONGEST_LINE + 1):
            number += 1
            yield _checked(line, number)
    except UnicodeError as error:
        raise Unreadable(_("The file is no text. Save it as CSV in UTF-8, or as xlsx.")) from error


def _checked(line: str, number: int) -> str:
    if len(line) > LONGEST_LINE:
        raise Unreadable(
            _("Line %(line)d has more than %(most)d characters, so this is no list of rows.")
            % {"line": number, "most": LONGEST_LINE}
        )
    if "\0" in line:
        raise Unreadable(
            _("Line %(line)d has a NUL character, so this is no text file. Save it as CSV.")
            % {"line": number}
        )
    return line


def _encoding(pieces: Callable[[], Iterator[bytes]]) -> str:
    """By its mark, by the zeros of UTF-16, or else what all of it is: UTF-8 or Windows-1252."""
    first = next(pieces(), b"")
    for mark, encoding in MARKS.items():
        if first.startswith(mark):
            return encoding
    even, odd = first[0:200:2], first[1:200:2]
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros and not any(zeros) and all(others):
            return encoding
    return "utf-8" if _is_utf_8(pieces()) else "cp1252"


def _is_utf_8(pieces: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Stream(io.RawIOBase):
    """The pieces one after the other, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
