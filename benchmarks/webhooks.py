"""Ten thousand deliveries to local receivers, of which one in ten hangs."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import quantiles

import httpcore
from django.db import connection

from accounts.models import Account, Plan
from benchmarks.report import Figure
from deploy.local.servers import panel
from deploy.local.stack import Stack
from notifications import fanout
from notifications.models import Alert, Channel, Delivery
from notifications.secrets import encrypted, new_secret

RECEIVERS = 100
HANGING = 10
ALERTS = 100
FLOOR_POSTS = 2_000
PATIENCE_SECONDS = 300
BODY = b"x" * 400


def measure(stack: Stack) -> Iterator[Figure]:
    """In the database that the workers of the stack use."""
    with _receivers() as (polite, hanging):
        floor = _bare(polite)
        healthy = _channels(polite, hanging)
        sender = panel.sender(stack)
        began = time.monotonic()
        _alert()
        sender.start()
        try:
            _wait_for(healthy)
            took = time.monotonic() - began
        finally:
            sender.stop()
    p95 = quantiles(_waits(healthy), n=20)[-1]
    yield Figure("webhooks, one in ten hangs: rate", "", _sent(healthy) / took, floor, "a second")
    yield Figure("webhooks, one in ten hangs: p95 of the healthy", "", p95, took, "s")


def _bare(port: int) -> float:
    """The same posts a second from one thread over one connection, and nothing stored."""
    began = time.monotonic()
    with httpcore.ConnectionPool() as pool:
        for _ in range(FLOOR_POSTS):
            pool.request("POST", f"http://127.0.0.1:{port}/", content=BODY)
    return FLOOR_POSTS / (time.monotonic() - began)


def _channels(polite: int, hanging: int) -> list[Channel]:
    """Each receiver belongs to an account of its own; the healthy ones are returned."""
    plan = Plan.objects.create(name="Webhooks")
    accounts = Account.objects.bulk_create(
        Account(name=f"Webhook {n}", slug=f"webhook{n}", plan=plan) for n in range(RECEIVERS)
    )
    ports = [hanging] * HANGING + [polite] * (RECEIVERS - HANGING)
    channels = Channel.objects.bulk_create(
        Channel(
            account=account, transport="webhook", address=f"http://127.0.0.1:{port}/",
            secret_encrypted=encrypted(new_secret()),
        )
        for account, port in zip(accounts, ports, strict=True)
    )  # fmt: skip
    return channels[HANGING:]


def _alert() -> None:
    alerts = Alert.objects.bulk_create(
        Alert(
            account=account, kind=Alert.Kind.DOMAIN_ACTIVE, dedup_key=f"{account.slug}:{n}",
            facts={"domain": "webhooks.example", "domain_code": str(account.pk)},
        )
        for n in range(ALERTS)
        for account in Account.objects.filter(slug__startswith="webhook")
    )  # fmt: skip
    fanout.tell([alert.pk for alert in alerts])


def _wait_for(channels: list[Channel]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _sent(channels) < len(channels) * ALERTS:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {_sent(channels)} webhooks were delivered")
        time.sleep(0.1)


def _sent(channels: list[Channel]) -> int:
    return Delivery.objects.filter(channel__in=channels, sent_at__isnull=False).count()


def _waits(channels: list[Channel]) -> list[float]:
    """Seconds from the alert to the receiver's answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM sent_at - created_at)::float FROM notifications_delivery"
            " WHERE channel_id = ANY(%s)",
            [[channel.pk for channel in channels]],
        )
        return [seconds for (seconds,) in cursor.fetchall()]


@contextmanager
def _receivers() -> Iterator[tuple[int, int]]:
    """The ports of one that answers at once and one that never does, in a process of their own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _serve(tell: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
                await reader.readexactly(int(length))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)

    async def serve() -> None:
        servers = [await asyncio.start_server(each, "127.0.0.1", 0) for each in (answer, hang)]
        tell.send(tuple(server.sockets[0].getsockname()[1] for server in servers))
        await asyncio.sleep(PATIENCE_SECONDS * 2)

    asyncio.run(serve())
