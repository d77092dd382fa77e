"""Lists in files, as people write them: with semicolons, commas or tabs between."""

import csv
from collections.abc import Iterator

import click

from kuploy_cli.api import Row

BYTE_ORDER_MARK = "\ufeff"


def mailboxes(text: str, *, with_master: bool) -> list[Row]:
    """Which mailboxes move; a first line without any address is a head."""
    names = ["remote_user", "remote_password", "address"]
    if with_master:
        names.remove("remote_password")
    return [dict(zip(names, cells, strict=True)) for cells in _lines(text, len(names))]


def _lines(text: str, columns: int) -> Iterator[list[str]]:
    """No line is said in full: it may hold a password."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    lines = csv.reader(text.splitlines(), delimiter=_delimiter(text), strict=True)
    try:
        for cells in lines:
            if not any(cells) or (lines.line_num == 1 and not any("@" in each for each in cells)):
                continue
            if len(cells) != columns:
                raise click.UsageError(
                    f"Line {lines.line_num} has {len(cells)} columns instead of {columns}."
                )
            yield cells
    except csv.Error as error:
        raise click.UsageError(f"Line {lines.line_num} cannot be read: {error}.") from None


def _delimiter(text: str) -> str:
    """The one that the first line has most of."""
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)
