"""Calls of programs through one gunicorn worker, against the same query in a bare application."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from secrets import token_hex
from statistics import quantiles
from time import perf_counter
from uuid import uuid4

from django.db import connection
from django.test import RequestFactory

from accounts.api.guard import TokenGuard
from accounts.audit import Actor
from accounts.http import who_hosts
from accounts.models import Account, Area, Membership, Token
from accounts.roles import Act
from accounts.tokens import make_token
from benchmarks.data import database_of
from benchmarks.gunicorn import Site, running
from benchmarks.mailbox import PASSWORD
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size, domain_name, slug
from mailboxes.passwords import hash_password

CLIENTS = 4
ROUNDS = 5
READS, WRITES, CHECKS, MAILBOXES = 25, 10, 200, 10
LIST = "/api/v1/mailboxes"
NEW = "/api/v1/aliases"
BY_DIGEST = "SELECT * FROM accounts_token WHERE digest = %s"
Call = Callable[[Site], object]


def measure(size: Size) -> Iterator[Figure]:
    """In the database that Django is connected to."""
    token, secret = _new_token()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    read: Call = lambda site: site.get(LIST, headers)  # noqa: E731
    write: Call = lambda site: site.post(NEW, headers, _alias())  # noqa: E731
    create: Call = lambda site: site.post("/api/v1/mailboxes", headers, _mailbox())  # noqa: E731
    with ExitStack() as servers:
        database = database_of(size)
        ours = servers.enter_context(running("kuploy.wsgi", database))
        bare = servers.enter_context(running("benchmarks.bare", database))
        for name, call, count in (("read 50 mailboxes", read, READS), ("write", write, WRITES)):
            rates = in_turn(ROUNDS, *(partial(_rate, site, call, count) for site in (ours, bare)))
            yield Figure(f"API: {name}, {CLIENTS} clients", size.name, *rates, "a second")
        times = in_turn(3, lambda: _p95(lambda: create(ours.again())), lambda: _p95(_hash))
        yield Figure("API: create mailbox, p95 of 4 clients", size.name, *times, "ms")
    yield _check_of(token, secret, size)


def _new_token() -> tuple[Token, str]:
    account = Account.objects.get(slug=slug(0))
    maker = Membership.objects.filter(account=account).select_related("user").latest("role").user
    return make_token(
        account=account, maker=maker, pk=uuid4(), name="Benchmark", domain_ids=[], networks=[],
        scopes=[f"{area}:write" for area in Area], expires_at=None, actor=Actor(account, maker),
    )  # fmt: skip


def _alias() -> bytes:
    new = {"local_part": f"new{token_hex(8)}", "domain": domain_name(18), "targets": ["x@x.test"]}
    return json.dumps(new).encode()


def _mailbox() -> bytes:
    new = {"local_part": f"new{token_hex(8)}", "domain": domain_name(18), "password": PASSWORD}
    return json.dumps(new).encode()


def _rate(site: Site, call: Call, count: int) -> float:
    """Calls a second of all clients together, each over a connection of its own."""

    def one_after_another(_client: int) -> None:
        own = site.again()
        for _number in range(count):
            call(own)

    began = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(one_after_another, range(CLIENTS)))
    return CLIENTS * count / (perf_counter() - began)


def _p95(act: Callable[[], object]) -> float:
    """Milliseconds that 19 of 20 stay below, while all clients do the same."""

    def took(_number: int) -> float:
        began = perf_counter()
        act()
        return (perf_counter() - began) * 1000

    with ThreadPoolExecutor(CLIENTS) as clients:
        return quantiles(clients.map(took, range(CLIENTS * MAILBOXES)), n=20)[-1]


def _hash() -> None:
    hash_password(PASSWORD)


def _check_of(token: Token, secret: str, size: Size) -> Figure:
    """The whole guard, with the count of the calls, against the look-up of the row alone."""
    guard = TokenGuard(Act.LOOK, Area.MAILBOXES, to_write=False, check=who_hosts)
    request = RequestFactory().get(LIST, headers={"Authorization": f"Bearer {secret}"})
    ours, floor = in_turn(
        ROUNDS, lambda: _each(lambda: guard(request)), lambda: _each(lambda: _look_up(token))
    )
    return Figure("API: check of a token, and its row alone", size.name, ours, floor, "ms")


def _each(act: Callable[[], object]) -> float:
    began = perf_counter()
    for _number in range(CHECKS):
        act()
    return (perf_counter() - began) * 1000 / CHECKS


def _look_up(token: Token) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BY_DIGEST, [bytes(token.digest)])
        cursor.fetchone()
