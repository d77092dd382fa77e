"""A worker beside a panel that answers over HTTP."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connections

from kuploy import queue
from kuploy.celery import app

# Some nudges know their task by its name only.
app.loader.import_default_modules()


@contextmanager
def at_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Does in a thread what a request hands to Celery, as soon as the row is committed."""
    jobs: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(
            queue, "_send", lambda task, args, _queue: jobs.append(pool.submit(_work, task, args))
        )
        yield
    for job in jobs:
        job.result()


def _work(task: queue.Work, args: tuple[object, ...]) -> None:
    try:
        task(*args)
    finally:
        connections.close_all()
