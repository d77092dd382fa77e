"""Slow arithmetic on all cores at once: hashing and key pairs let go of Python's lock."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from domains import keys
from domains.models import DkimKey
from mailboxes.passwords import hash_password


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)))


def hash_all(plain: Sequence[str]) -> list[str]:
    """In the order given."""
    with _pool() as pool:
        return list(pool.map(hash_password, plain))


def key_pairs(number: int) -> list[DkimKey]:
    with _pool() as pool:
        return list(pool.map(lambda _number: keys.new_key(), range(number)))
