"""`make bench`, or with every KUPLOY_ variable of a stack: python -m benchmarks [SIZE]."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")
os.environ.setdefault("KUPLOY_LOG_LEVEL", "ERROR")
django.setup()

from benchmarks import data, dns, lookups, mailbox, pages, report  # noqa: E402
from benchmarks.sizes import SIZES, Size  # noqa: E402
from deploy.local.stack import run_folder  # noqa: E402


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
    report.save(figures, run_folder() / "bench.json")


def _measure(sizes: list[Size]) -> Iterator[report.Figure]:
    for size in sizes:
        data.use(data.database_of(size))
        yield from lookups.measure(size)
    yield from pages.measure(sizes)
    for size in sizes:
        data.use(data.database_of(size))
        if size.domains >= dns.DOMAINS:
            yield from dns.measure(size)
        yield from mailbox.measure(size)


if __name__ == "__main__":
    main(*sys.argv[1:2])
