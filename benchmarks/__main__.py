"""`make bench`, or with every KUPLOY_ variable of a stack: python -m benchmarks [SIZE]."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")
os.environ.setdefault("KUPLOY_LOG_LEVEL", "ERROR")
os.environ.setdefault("KUPLOY_API_CALLS_PER_MINUTE", "100000000")
django.setup()

from benchmarks import (  # noqa: E402
    api,
    billing,
    crossings,
    data,
    dns,
    imports,
    lookups,
    mailbox,
    migration,
    pages,
    report,
    settlement,
    webhooks,
)
from benchmarks.sizes import SIZES, Size  # noqa: E402
from deploy.local.stack import Stack, run_folder  # noqa: E402


def main(largest: str = "medium") -> None:
    """All sizes up to the LARGEST: small, medium or large."""
    if largest not in SIZES or "KUPLOY_STACK" not in os.environ:
        raise SystemExit("Run it as `make bench`, or `make bench SIZE=large`.")
    sizes = list(SIZES.values())[: list(SIZES).index(largest) + 1]
    with ExitStack() as databases:
        for size in sizes:
            began = time.monotonic()
            databases.enter_context(data.loaded(size))
            print(f"{size.mailboxes} mailboxes loaded in {time.monotonic() - began:.0f} s")
        figures = report.shown(_measure(sizes))
    figures += report.shown(_measure_workers(largest))
    report.save(figures, run_folder() / "bench.json")


def _measure(sizes: list[Size]) -> Iterator[report.Figure]:
    for size in sizes:
        data.use(data.database_of(size))
        yield from lookups.measure(size)
    yield from pages.measure(sizes)
    yield from settlement.measure(sizes)
    for size in sizes:
        data.use(data.database_of(size))
        if size.domains >= dns.DOMAINS:
            yield from dns.measure(size)
        yield from mailbox.measure(size)
        yield from api.measure(size)
        yield from billing.measure(size)


def _measure_workers(largest: str) -> Iterator[report.Figure]:
    """In the database that the servers of the stack use, with its own workers."""
    stack = Stack.load(Path(os.environ["KUPLOY_STACK"]))
    call_command("migrate", verbosity=0)
    yield from imports.measure()
    yield from crossings.measure(stack)
    yield from webhooks.measure(stack)
    yield from migration.measure(stack, largest)


if __name__ == "__main__":
    main(*sys.argv[1:2])
