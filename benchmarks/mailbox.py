"""What "Create mailbox" costs through the form, against the password hash alone."""

from secrets import token_hex
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.data import OWNER
from benchmarks.pages import HOST
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size, domain_name, slug
from mailboxes.passwords import hash_password

ROUNDS = 25
PASSWORD = "correct horse battery staple"


def measure(size: Size) -> list[Figure]:
    """In the database that Django is connected to."""
    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get(email=OWNER))
    _create(client)
    with CaptureQueriesContext(connection) as queries:
        _create(client)
    statements = len(queries)
    ours, floor = in_turn(ROUNDS, lambda: _create(client), _hash)
    return [
        Figure("create mailbox: time, and the hash alone", size.name, ours, floor, "ms"),
        Figure("create mailbox: statements", size.name, statements, 1, "queries"),
    ]


def _create(client: Client) -> float:
    """Milliseconds."""
    form = {
        "domain": domain_name(18),
        "local_part": f"new{token_hex(8)}",
        "display_name": "New",
        "password": PASSWORD,
        "quota_bytes": 2**30,
    }
    began = perf_counter()
    response = client.post(reverse("mailboxes:add", args=[slug(0)]), form)
    assert response.status_code == 302
    return (perf_counter() - began) * 1000


def _hash() -> float:
    began = perf_counter()
    hash_password(PASSWORD)
    return (perf_counter() - began) * 1000
