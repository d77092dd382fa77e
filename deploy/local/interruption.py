"""Ctrl-C and friends: raised as Interrupted, once, and never between a start and its note."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
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
