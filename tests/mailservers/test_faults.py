"""A part is away: what people see is clear, and nothing is lost or half done."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from domains import verification
from domains.models import Domain
from tests.conftest import PASSWORD, make_domain
from tests.mailservers.clients import control, wait_for


@pytest.fixture
def owner(account):
    user = User.objects.create_user(f"owner@{account.slug}.test", PASSWORD)
    Membership.objects.create(user=user, account=account, role=Role.OWNER)
    yield user
    user.delete()


@pytest.fixture
def client(owner):
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


def test_a_restart_of_postgres_is_a_clear_page_or_none_at_all(client, account):
    url = f"/{account.slug}/domains/"
    assert visit(client, url).status_code == 200
    control("stop", "postgres")
    try:
        away = visit(client, url)
    finally:
        control("start", "postgres")
    assert away.status_code == 503
    assert away["Retry-After"]
    wait_for(lambda: visit(client, url).status_code == 200, "the page")


def visit(client: Client, url: str) -> HttpResponse:
    """As gunicorn does it: each request gives its connection back to the pool."""
    try:
        return client.get(url)
    finally:
        connection.close()


def test_with_redis_away_pages_work_and_jobs_catch_up(client, account):
    control("stop", "redis")
    try:
        assert client.get(f"/{account.slug}/").status_code == 200
        added = client.post(f"/{account.slug}/domains/add/", {"name": "no-redis.test"})
        assert added.status_code == 302
        assert client.get(added.url).status_code == 200
        sign_in = Client(raise_request_exception=False).post(
            "/auth/login/", {"login": "x@example.test", "password": "wrong"}
        )
        assert sign_in.status_code == 503
    finally:
        control("start", "redis")
    domain = Domain.objects.get(name="no-redis.test")
    assert domain.waiting
    assert str(domain.pk) in verification.claim_due()


def test_a_killed_worker_leaves_a_check_that_is_done_again(account, monkeypatch):
    domain = make_domain(account, "killed.test", proved=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        worker = _worker_that_asks(silent, domain)
        silent.settimeout(20)
        silent.recv(512)  # the check has begun
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)
    domain.refresh_from_db()
    assert domain.checked_at is None
    assert not domain.record_checks.exists()
    assert domain.next_check_at > timezone.now()  # the dead worker's claim, which passes
    Domain.objects.filter(pk=domain.pk).update(next_check_at=timezone.now())
    verification.check(verification.claim_due())
    domain.refresh_from_db()
    assert domain.checked_at


def _worker_that_asks(silent: socket.socket, domain: Domain) -> "subprocess.Popen[bytes]":
    """A process that sweeps as the worker does, with a resolver that never answers."""
    sweep = "from domains import tasks; tasks.sweep_checks()"
    Domain.objects.exclude(pk=domain.pk).update(next_check_at=timezone.now() + verification.LATEST)
    host, port = silent.getsockname()
    database = os.environ["KUPLOY_DATABASE_URL"].replace(
        "/kuploy?", f"/{settings.DATABASES['default']['NAME']}?"
    )
    environment = {
        **os.environ,
        "KUPLOY_DATABASE_URL": database,
        "KUPLOY_RESOLVERS": f"{host}:{port}",
    }
    code = f"import django; django.setup(); {sweep}"
    environment["DJANGO_SETTINGS_MODULE"] = "kuploy.settings"
    return subprocess.Popen([sys.executable, "-c", code], env=environment)
