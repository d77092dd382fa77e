"""Checks of domains as the sweep makes them, against the same look-ups bare in dnspython."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.asyncquery
import dns.message
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from benchmarks.data import SELECTOR
from benchmarks.gunicorn import free_port
from benchmarks.nameserver import NAME_SERVER
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size
from domains import records, verification
from domains.models import Domain

DOMAINS = 10_000
CONCURRENCY = 50  # of domains.dns.check.check_many


def measure(size: Size) -> Iterator[Figure]:
    """In the database that Django is connected to."""
    domains = list(Domain.objects.order_by("pk").values_list("pk", "name")[:DOMAINS])
    size_of_batch = verification.BATCH
    batches = [domains[at : at + size_of_batch] for at in range(0, len(domains), size_of_batch)]
    with _name_server() as port:
        with CaptureQueriesContext(connection) as queries:
            _check(batches[0])
        todo, bare = iter(batches), iter(batches)
        ours, floor = in_turn(
            len(batches), lambda: _check(next(todo)), lambda: _look_up(next(bare), port)
        )
    _prove(domains)
    yield Figure("dns: checks of domains", size.name, ours, floor, "1/s")
    name = f"dns: statements for {len(batches[0])} domains"
    yield Figure(name, size.name, len(queries), 1, "queries")


def _check(batch: list[tuple[object, str]]) -> float:
    """Domains a second."""
    began = time.perf_counter()
    verification.check([str(pk) for pk, _name in batch])
    return len(batch) / (time.perf_counter() - began)


def _look_up(batch: list[tuple[object, str]], port: int) -> float:
    began = time.perf_counter()
    asyncio.run(_look_up_all([name for _pk, name in batch], port))
    return len(batch) / (time.perf_counter() - began)


async def _look_up_all(names: list[str], port: int) -> None:
    places = asyncio.Semaphore(CONCURRENCY)

    async def look_up(name: str) -> None:
        questions = [(name, "MX"), (name, "TXT"), (f"_dmarc.{name}", "TXT")]
        questions.append((f"{SELECTOR}._domainkey.{name}", "TXT"))
        async with places:
            await asyncio.gather(*(_ask(*question, port) for question in questions))

    await asyncio.gather(*map(look_up, names))


async def _ask(name: str, rdtype: str, port: int) -> None:
    query = dns.message.make_query(name, rdtype)
    response = await dns.asyncquery.udp(query, "127.0.0.1", timeout=5, port=port)
    assert response.answer


def _prove(domains: list[tuple[object, str]]) -> None:
    unhealthy = Domain.objects.filter(pk__in=[pk for pk, _ in domains], healthy=False).first()
    assert unhealthy is None, list(unhealthy.record_checks.values())


@contextmanager
def _name_server() -> Iterator[int]:
    """A process of its own, which the panel then asks."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.nameserver", str(port), json.dumps(_zone())]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()
    address = {"RESOLVERS": [f"127.0.0.1:{port}"], "NAMESERVER_PORT": port}
    try:
        with override_settings(**address, PRIVATE_NAMESERVERS=True):
            verification.network.cache_clear()
            yield port
    finally:
        verification.network.cache_clear()
        child.terminate()
        child.wait()


def _zone() -> dict[str, list[str]]:
    """All that a customer publishes, and what it refers to."""
    networks = [f"ip{6 if ':' in each else 4}:{each}" for each in settings.SENDING_NETWORKS]
    zone = {
        "* NS": [f"{NAME_SERVER}."],
        f"{NAME_SERVER} A": ["127.0.0.1"],
        f"{settings.SPF_HOST} TXT": [f'"v=spf1 {" ".join(networks)} -all"'],
    }
    for host in settings.MX_HOSTS:
        zone[f"{host} A"] = [settings.PROOF_IP]
    for record in records.to_publish(Domain.objects.all()[0]):
        owner = "*" if record.host == "@" else f"{record.host}.*"
        value = record.zone_line.partition(f" IN {record.type} ")[2]
        zone.setdefault(f"{owner} {record.type}", []).append(value)
    return zone
