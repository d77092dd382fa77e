"""CSV as our own reader takes it, and as no spreadsheet runs it."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from mailboxes.imports.cells import harmless

SEPARATOR = ";"
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def respond(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> StreamingHttpResponse:
    """A download, row by row as they are handed out."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), delimiter=SEPARATOR)
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])
