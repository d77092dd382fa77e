"""One piece of work for all who want its result, now or later."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_RESULTS = 2000


class Shared(Generic[K, V]):
    """Remembers the newest results; one who stops waiting does not stop the others."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, work: Callable[[], Coroutine[Any, Any, V]]) -> V:
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work())
            if len(self._tasks) > MAX_RESULTS:
                self._forget_oldest()
        return task.result() if task.done() else await asyncio.shield(task)

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _forget_oldest(self) -> None:
        oldest = next(iter(self._tasks))
        if self._tasks[oldest].done():
            del self._tasks[oldest]
