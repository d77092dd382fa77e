"""How a request hands work to a worker."""

import logging
from datetime import timedelta
from functools import partial

from celery import Signature, Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
# What has been due for as long was swept dozens of times: whoever should do it is away.
LATE_AFTER = timedelta(minutes=5)
Work = Task | Signature  # type: ignore[type-arg]


def after_commit(task: Work, *args: object, queue: str | None = None) -> None:
    """Nudge a worker once the row is safe. A lost nudge is found by the sweep on the schedule."""
    transaction.on_commit(partial(_send, task, args, queue))


def _send(task: Work, args: tuple[object, ...], queue: str | None) -> None:
    try:
        # No queue named: the one that its route says.
        task.apply_async(args, queue=queue, retry=False)  # type: ignore[arg-type]
    except OperationalError as error:
        log.warning("%s waits for the sweep: the broker is away (%s)", task.name, error)
