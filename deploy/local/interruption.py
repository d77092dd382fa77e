"""Ctrl-C and friends: raised as Interrupted, once, and never between a start and its note."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from deploy.local.errors import Interrupted

_state = {"held": False, "pending": False, "done": False}


def listen() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _state["done"]:
        return
    if _state["held"]:
        _state["pending"] = True
        return
    # From here on everything is being stopped; asking again changes nothing.
    _state["done"] = True
    raise Interrupted


@contextmanager
def held() -> Iterator[None]:
    """Put an interruption off until the end of the block."""
    _state["held"] = True
    try:
        yield
    finally:
        _state["held"] = False
    if _state["pending"]:
        _state["pending"] = False
        _interrupt(signal.SIGINT, None)


def ignore() -> None:
    _state["done"] = True


class Make:
    """Our caller, if it is make: interrupted alone, it waits for us without passing that on."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.listened = self._listens()

    def check(self) -> None:
        """Raise what make, having been interrupted or killed, does not tell."""
        if self.listened and not self._listens():
            _interrupt(signal.SIGINT, None)

    def _listens(self) -> bool:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except FileNotFoundError:
            return False
        fields = dict(line.split(":\t", 1) for line in status.splitlines())
        caught = int(fields["SigCgt"], 16) & 1 << signal.SIGINT - 1
        return fields["Name"] == "make" and bool(caught)
