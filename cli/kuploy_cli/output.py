"""How answers appear: tables for people, tab-separated lines for pipes, JSON, or names alone."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kuploy_cli.api import Row
from kuploy_cli.failures import printable

STYLES = {
    "ok": "green", "active": "green", "sent": "green", "right": "green", "done": "green",
    "pending": "yellow", "unknown": "yellow", "waiting": "yellow", "unreachable": "yellow",
    "running": "yellow", "disabled": "yellow", "paused": "yellow", "removing": "yellow",
    "deleting": "yellow", "wrong": "red", "missing": "red", "blocked": "red", "failed": "red",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the field under it; WHOLE is never cut, so that it can be copied."""

    title: str
    key: str
    show: Callable[[Any], str] = str
    right: bool = False
    whole: bool = False

    def of(self, row: Row) -> str:
        value = row.get(self.key)
        if value is None and self.show is str:
            return ""
        return printable(self.show(value))


Columns = list[Column]


class Output:
    def __init__(self, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet
        self.console = Console(file=sys.stdout, highlight=False, markup=False)
        self.for_people = not (as_json or quiet) and sys.stdout.isatty()

    def rows(self, pages: Iterable[list[Row]], columns: Columns, name: str) -> None:
        """Each page as soon as it is here. NAME is the field by which other commands know a row."""
        empty = True
        for page in pages:
            empty = False
            if self.for_people:
                self.console.print(_table(page, columns))
            else:
                self._lines(page, columns, name)
        if empty and self.for_people:
            self.note("There are none.")

    def _lines(self, page: list[Row], columns: Columns, name: str) -> None:
        for row in page:
            if self.as_json:
                click.echo(_json(row))
            elif self.quiet:
                click.echo(printable(row[name]))
            else:
                click.echo("\t".join(column.of(row) for column in columns))

    def thing(self, row: Row, columns: Columns, name: str) -> None:
        if self.as_json:
            click.echo(_json(row, indent=2))
        elif self.quiet:
            self._names(row[name])
        elif self.for_people:
            self.console.print(_sheet(row, columns))
        else:
            for column in columns:
                click.echo(f"{column.title}\t{column.of(row)}")

    def _names(self, found: Any) -> None:
        for name in found if isinstance(found, list) else [found]:
            click.echo(printable(name))

    def done(self, sentence: str, row: Row, name: str) -> None:
        """An act succeeded, and ROW is what it left."""
        if self.as_json or self.quiet:
            self.thing(row, [], name)
        else:
            click.echo(printable(sentence))

    def note(self, sentence: str) -> None:
        """Beside the answer, and not in a pipe."""
        if not self.quiet:
            click.echo(printable(sentence), err=True)


def styled(text: str) -> Text:
    return Text(text, STYLES.get(text, ""))


def _json(row: Row, indent: int | None = None) -> str:
    return json.dumps(row, ensure_ascii=False, indent=indent)


def _table(page: list[Row], columns: Columns) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            column.title, justify="right" if column.right else "left", no_wrap=not column.whole,
            overflow="fold" if column.whole else "ellipsis",
        )  # fmt: skip
    for row in page:
        table.add_row(*(styled(column.of(row)) for column in columns))
    return table


def _sheet(row: Row, columns: Columns) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for column in columns:
        table.add_row(column.title, styled(column.of(row)))
    return table
