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

RUNNING = {"running", "waiting", "validating"}
# Rows of an import that are not made yet.
TO_COME = ("create", "beyond")
SLOWEST = 5.0
TITLE = TextColumn("{task.description}", markup=False)


def follow(api: Api, out: Output, begun: Row, path: str, timeout: int) -> Row:
    """What goes on at PATH, when it has ended; a Failure when the time is up."""
    deadline, pause, now = time.monotonic() + timeout, 0.25, begun
    columns = SpinnerColumn(), TITLE, BarColumn(20), TimeElapsedColumn()
    with _bar(out, *columns) as bar:
        task = bar.add_task(_title(now), total=None)
        try:
            while _going(now):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _unfinished(now, path, Exit.STILL_RUNNING)
                time.sleep(min(pause, left))
                pause = min(pause * 1.5, SLOWEST)
                now = api.get(path)
                done, total = _part(now)
                bar.update(task, description=_title(now), completed=done, total=total)
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


def _going(now: Row) -> bool:
    state = now.get("status") or now.get("state")
    return bool(now.get("at_work", state in RUNNING))


def _part(now: Row) -> tuple[int, int | None]:
    """How much of how much, where that is known."""
    if rows := now.get("rows"):
        total = sum(rows.values())
        return total - sum(rows.get(state, 0) for state in TO_COME), total
    return now.get("copied_messages", 0), now.get("messages") or None


def _title(now: Row) -> str:
    what = now.get("kind") or now.get("step", "")
    about = now.get("name") or now.get("file_name") or now.get("host", "")
    words = [what.replace("_", " "), about]
    title = " ".join(filter(None, words))
    return printable(": ".join(filter(None, [title, now.get("detail", "")])))


def _unfinished(now: Row, path: str, code: Exit) -> Failure:
    _empty, noun, code_of = path.split("/")
    look = f"kuploy {noun} show {code_of}"
    detail = now.get("detail", "")
    return Failure(" ".join(filter(None, ["It goes on.", detail, f"Look with: {look}"])), code)
