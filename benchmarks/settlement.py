"""Judging how full everything is, against counting the rows that have to be looked at."""

from collections.abc import Callable, Iterator
from time import perf_counter

from django.db import connection

from benchmarks.data import database_of, use
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size
from quotas.settlement import settle, settle_all

ROUNDS = 5
CHANGES = 1_000
# One mailbox in a hundred, spread over all domains, crosses 80 % up in one round and 75 % down in
# the next.
CROSS = """
    UPDATE mail.usage SET bytes = CASE WHEN bytes < 0.75 * 2^30 THEN 0.9 * 2^30 ELSE 0.1 * 2^30 END
     WHERE username IN (SELECT address FROM mailboxes_mailbox
                        WHERE abs(hashtext(address)) % 100 = 7)
"""
CHANGE = """
    UPDATE mail.usage SET bytes = bytes + CASE WHEN bytes < 2^29 THEN 2^29 ELSE - 2^29 END
     WHERE username IN (SELECT address FROM mailboxes_mailbox ORDER BY id LIMIT %s)
"""
COUNT = """
    SELECT count(usage.bytes)
      FROM mailboxes_mailbox AS box LEFT JOIN mail.usage ON usage.username = box.address
     WHERE box.state <> 'deleting'
"""


def measure(sizes: list[Size]) -> Iterator[Figure]:
    """The whole at each size; what has changed, at the largest against the smallest."""
    changed = []
    for size in sizes:
        use(database_of(size))
        settle_all()
        ours, floor = in_turn(ROUNDS, _all, _count)
        yield Figure("settle everything, 1 % crossing", size.name, ours, floor, "ms")
        changed += in_turn(ROUNDS, _changes)
        yield Figure("settle 1,000 changes", size.name, changed[-1], CHANGES / 1000, "ms")
    if len(sizes) > 1:
        ends = f"{sizes[-1].name}:{sizes[0].name}"
        yield Figure("settle 1,000 changes", ends, changed[-1], changed[0], "ms")


def _all() -> float:
    with connection.cursor() as cursor:
        cursor.execute(CROSS)
        # As if nothing had been noted.
        cursor.execute("TRUNCATE quotas_change")
    return _milliseconds(settle_all)


def _changes() -> float:
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, [CHANGES])
    return _milliseconds(settle)


def _count() -> float:
    def count() -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNT)

    return _milliseconds(count)


def _milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
