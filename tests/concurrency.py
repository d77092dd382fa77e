"""Two clicks at one moment, on two connections."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections

WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all started together in threads of their own."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connections["default"].ensure_connection()
            barrier.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Meeting:
    """One stops with its locks held until the other has begun and waits for one of them."""

    def __init__(self) -> None:
        self._is_held = Event()

    def hold(self, *_args: object) -> None:
        self._is_held.set()
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and not _somebody_waits():
            time.sleep(0.01)

    def then(self, act: Callable[[], Any]) -> Callable[[], Any]:
        """The act, begun as soon as the locks are held."""
        return lambda: self._is_held.wait(20) and act()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
