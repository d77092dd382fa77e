"""A worker of one import: python -m benchmarks.importing JOB prints seconds and kilobytes."""

import os
import resource
import sys
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
    print(perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    # The pool's own threads would keep the interpreter from ending.
    connection.close()
    connection.close_pool()


if __name__ == "__main__":
    main(sys.argv[1])
