"""Tables for people, JSON for programs, and a bar for what takes long."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from kuploy_cli.client import Client

Row = dict[str, Any]
TONES = {
    **dict.fromkeys(("active", "ok", "done", "sent"), "green"),
    **dict.fromkeys(("pending", "waiting", "running", "disabled"), "yellow"),
    **dict.fromkeys(("blocked", "suspended", "failed", "deleting", "removing"), "red"),
}
UNITS = ("B", "KB", "MB", "GB", "TB")
PATIENCE_SECONDS = 600
WIDE = 2000
TITLES = {
    "unicode_name": "Domain",
    "display_name": "Name",
    "mailbox_count": "Mailboxes",
    "alias_count": "Aliases",
    "quota_bytes": "Size",
    "quota_messages": "Most messages",
}


class Shell:
    """What every command has at hand."""

    def __init__(self, client: Client, as_json: bool) -> None:
        self.client, self.as_json = client, as_json
        # What is piped on is not cut to the width of a terminal that there is not.
        self.out = Console(width=None if sys.stdout.isatty() else WIDE)
        self.err = Console(stderr=True)

    def table(self, rows: Iterable[Row], *columns: str) -> None:
        """As a table of these columns, or as JSON with all there is."""
        if self.as_json:
            click.echo(json.dumps(list(rows), indent=2))
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            number = name.endswith(("bytes", "count"))
            table.add_column(_title(name), justify="right" if number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_cell(name, row.get(name)) for name in columns))
        if table.row_count:
            self.out.print(table)
        else:
            self.err.print("Nothing there.")

    def one(self, row: Row) -> None:
        """One thing, a line for each of its fields."""
        if self.as_json:
            click.echo(json.dumps(row, indent=2))
            return
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, value in row.items():
            table.add_row(_title(name), _cell(name, value))
        self.out.print(table)

    def say(self, sentence: str, row: Row) -> None:
        """That it is done; a program gets the thing."""
        if self.as_json:
            click.echo(json.dumps(row, indent=2))
        else:
            self.out.print(sentence, highlight=False)

    def follow(self, location: str, what: str, *, wait: bool) -> Row:
        """Wait for a job, with a sign of life on a terminal."""
        path = location.removeprefix("/api/v1")
        job: Row = self.client.get(path)
        end = time.monotonic() + PATIENCE_SECONDS
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with self._bar(*columns) as bar:
            task = bar.add_task(what, total=None)
            while wait and job["state"] == "running":
                if time.monotonic() > end:
                    raise click.ClickException(f"{what}: it goes on without us. {job['detail']}")
                time.sleep(0.5)
                job = self.client.get(path)
                bar.update(task, description=f"{what} {job['detail']}".strip())
        return job

    def each(self, names: Iterable[str], what: str) -> Iterator[str]:
        """One after another, with a bar when there are several."""
        wanted = list(names)
        if len(wanted) < 2:
            yield from wanted
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with self._bar(*columns) as bar:
            task = bar.add_task(what, total=len(wanted))
            for name in wanted:
                yield name
                bar.advance(task)

    @contextmanager
    def _bar(self, *columns: Any) -> Iterator[Progress]:
        hidden = self.as_json or not sys.stderr.isatty()
        with Progress(*columns, console=self.err, transient=True, disable=hidden) as bar:
            yield bar


def _title(name: str) -> str:
    return TITLES.get(name) or name.removesuffix("_bytes").replace("_", " ").capitalize()


def _cell(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("bytes") and isinstance(value, int):
        return size(value)
    if name.endswith("bytes") and isinstance(value, list):
        return ", ".join(map(size, value))
    if isinstance(value, list):
        return "\n".join(map(str, value)) or "–"
    if isinstance(value, dict) and value.keys() == {"used", "limit"}:
        limit = "no limit" if value["limit"] is None else value["limit"]
        return f"{value['used']} of {limit}"
    text = str(value)
    if name.endswith("at") and len(text) > 16 and text[10] == "T":
        return text[:16].replace("T", " ")
    return f"[{TONES[text]}]{text}[/]" if text in TONES else text.replace("[", r"\[")


def size(number: int) -> str:
    """As people write it: 8 GB, 512 MB."""
    value, unit = float(number), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.3g} {UNITS[unit]}"
