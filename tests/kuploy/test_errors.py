"""What a person sees when something goes wrong, and what the log keeps of it."""

from contextlib import contextmanager

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse

from domains import services
from tests.conftest import HTMX, PASSWORD

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
def client():
    """As a browser: gets the error page instead of the exception."""
    return Client(raise_request_exception=False)


def test_every_answer_carries_an_id(client, db):
    first, second = client.get("/healthz"), client.get("/nowhere/at/all/")
    assert len(first["X-Request-Id"]) == 12
    assert first["X-Request-Id"] != second["X-Request-Id"]


def test_health_means_that_the_database_answers(client, db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get("/healthz").text == "ok"


@contextmanager
def every_query_raises(error):
    def fail(*args, **options):
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "cursor", fail)
        yield


def test_a_defect_is_a_page_with_an_id_that_the_log_names_too(client, db, caplog):
    with every_query_raises(RuntimeError("a defect")):
        response = client.get("/healthz")
    assert response.status_code == 500
    request_id = response["X-Request-Id"]
    assert request_id in response.text
    assert any(request_id in line for line in caplog.messages)
    assert "a defect" not in response.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/healthz", "/acme/", "/"])
def test_a_database_that_is_away_is_said_as_something_that_passes(client, as_alice, path, error):
    client.cookies = as_alice.cookies
    with every_query_raises(error("connection refused")):
        response = client.get(path)
    assert response.status_code == 503
    assert "Back in a moment" in response.text
    assert response["Retry-After"]


@pytest.fixture
def redis_away(settings):
    caches = {**settings.CACHES["default"], "LOCATION": AWAY}
    settings.CACHES = {"default": caches}


def test_pages_work_while_redis_is_away(client, as_alice, domain, mailbox, redis_away):
    client.cookies = as_alice.cookies
    for name in ("accounts:overview", "domains:list", "mailboxes:list", "mailboxes:add"):
        assert client.get(reverse(name, args=["acme"])).status_code == 200
    assert client.get(domain.get_absolute_url()).status_code == 200


def test_sign_in_says_so_while_redis_is_away(client, acme, redis_away):
    typed = {"login": "alice@example.test", "password": PASSWORD}
    assert client.post(reverse("account_login"), typed).status_code == 503


@pytest.fixture
def refused(as_alice, domain):
    """A click that comes too soon after the one before."""
    services.request_check(domain=domain, actor=services.Actor(domain.account))
    return lambda **how: as_alice.post(reverse("domains:verify", args=["acme", domain.pk]), **how)


def test_a_rule_that_says_no_is_a_page(refused):
    response = refused()
    assert response.status_code == 422
    assert "acme.test is being checked, or was moments ago" in response.text
    assert "<html" in response.text


def test_a_rule_that_says_no_is_a_notice_to_htmx(refused):
    response = refused(headers=HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#flash"
    assert "acme.test is being checked, or was moments ago" in response.text
    assert "<html" not in response.text


def test_a_form_without_its_token_is_refused(as_alice, acme):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_alice.cookies
    response = strict.post(reverse("domains:add", args=["acme"]), {"name": "x.test"})
    assert response.status_code == 403


def test_a_host_that_is_not_ours_is_refused(client, db):
    assert client.get("/healthz", headers={"Host": "evil.test"}).status_code == 400
