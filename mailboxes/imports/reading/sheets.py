"""Spreadsheets (.xlsx): the first sheet. What is hostile in one is found before it is unpacked."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mailboxes.imports.errors import Unreadable

SIGNATURE = b"PK\x03\x04"
# Of a real one there are a dozen parts, and they shrink by 10 to 20 times.
MOST_PARTS = 1_000
MOST_TIMES_LARGER = 100
# All of it unpacked, as times the largest upload.
MOST_UNPACKED = 3
# No kind of import has so many columns; what stands beyond is one too many whatever it is.
MOST_COLUMNS = 40
# What spreadsheets end with. A row may claim any number, and all before it would be walked through.
LAST_ROW = 2**20
BROKEN = (
    InvalidFileException, DefusedXmlException, ParseError, zipfile.BadZipFile,
    KeyError, ValueError, IndexError, TypeError, AttributeError, OSError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


def lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Formulas are texts like any other: nothing is worked out."""
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a sheet may claim to be as large as it likes
        rows = sheet.iter_rows(max_row=LAST_ROW + 1, max_col=MOST_COLUMNS, values_only=True)
        for number, row in enumerate(rows, start=1):
            if number > LAST_ROW:
                raise Unreadable(_broken())
            # A million that the file leaves out are passed over in a moment.
            empty = row.count(None) == len(row)
            if not empty and (cells := _without_the_empty_end([_text(each) for each in row])):
                yield number, cells
    # openpyxl says in as many ways that a file is broken.
    except BROKEN as error:
        raise Unreadable(_broken()) from error


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(_broken()) from error
    unpacked = sum(part.file_size for part in parts)
    most = min(MOST_TIMES_LARGER * len(content), MOST_UNPACKED * settings.IMPORT_BYTES)
    if len(parts) > MOST_PARTS or unpacked > most:
        raise Unreadable(_("This spreadsheet unpacks to far more than it is. Save it as CSV."))


def _broken() -> str:
    return _("This spreadsheet cannot be read. Save it as xlsx again, or as CSV.")


def _text(value: Any) -> str:
    """As it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if "\0" in str(value):
        raise ValueError("NUL")  # PostgreSQL stores none
    return str(value)


def _without_the_empty_end(cells: list[str]) -> list[str]:
    """A sheet's rows are as wide as its widest."""
    while cells and not cells[-1].strip():
        cells.pop()
    return cells
