"""A worker of one import: python -m benchmarks.importing JOB prints seconds and kilobytes."""

import os
import re
import sys
from pathlib import Path
from time import perf_counter
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")
django.setup()

from django.db import connection  # noqa: E402

from mailboxes.imports import work  # noqa: E402


def main(job: str) -> None:
    connection.ensure_connection()
    began = perf_counter()
    while work.take_turn(UUID(job)):
        pass
    print(perf_counter() - began, _peak_kilobytes())
    # The pool's own threads would keep the interpreter from ending.
    connection.close()
    connection.close_pool()


def _peak_kilobytes() -> int:
    """Of this program alone: getrusage() begins with what the process held that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


if __name__ == "__main__":
    main(sys.argv[1])
