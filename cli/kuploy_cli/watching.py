"""Work that goes on after the answer: looked at until it is done."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from kuploy_cli.api import Api, Row
from kuploy_cli.failures import Exit, Failure, printable
from kuploy_cli.output import Output

RUNNING = {"running", "waiting"}
SLOWEST = 5.0
TITLE = TextColumn("{task.description}", markup=False)


def follow(api: Api, out: Output, begun: Row, path: str, timeout: int) -> Row:
    """The job or delivery at PATH when it has ended; a Failure when the time is up."""
    deadline, pause, now = time.monotonic() + timeout, 0.25, begun
    columns = SpinnerColumn(), TITLE, BarColumn(20), TimeElapsedColumn()
    with _bar(out, *columns) as bar:
        task = bar.add_task(_title(now), total=None)
        try:
            while now["state"] in RUNNING:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _unfinished(now, path, Exit.STILL_RUNNING)
                time.sleep(min(pause, left))
                pause = min(pause * 1.5, SLOWEST)
                now = api.get(path)
                bar.update(task, description=_title(now))
        except KeyboardInterrupt:
            raise _unfinished(now, path, Exit.INTERRUPTED) from None
    return now


@contextmanager
def counted(out: Output, what: str, total: int) -> Iterator[Callable[[], None]]:
    """Call what it gives once for each that is done."""
    with _bar(out, TITLE, BarColumn(), MofNCompleteColumn(), hidden=total < 2) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _bar(out: Output, *columns: ProgressColumn, hidden: bool = False) -> Progress:
    hidden = hidden or out.quiet or not sys.stderr.isatty()
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=hidden)


def _title(now: Row) -> str:
    words = [now["kind"].replace("_", " "), now.get("name", "")]
    title = " ".join(filter(None, words))
    return printable(": ".join(filter(None, [title, now.get("detail", "")])))


def _unfinished(now: Row, path: str, code: Exit) -> Failure:
    _empty, noun, code_of = path.split("/")
    look = f"kuploy {noun} show {code_of}"
    detail = now.get("detail", "")
    return Failure(" ".join(filter(None, ["It goes on.", detail, f"Look with: {look}"])), code)
