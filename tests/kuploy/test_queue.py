"""How work reaches a worker, and what happens when the way is blocked."""

import time

import pytest
from django.db import transaction
from django.urls import reverse

from domains import tasks
from domains.models import Domain
from domains.verification import claim_due
from kuploy import queue
from kuploy.celery import app


def test_it_waits_for_the_commit(queued, db):
    with queued() as jobs:
        queue.after_commit(tasks.check_domain, "x")
        assert jobs == []
    assert jobs == [("domains.tasks.check_domain", "x")]


@pytest.mark.django_db(transaction=True)
def test_work_that_was_rolled_back_is_never_sent(monkeypatch):
    sent = []
    monkeypatch.setattr(queue, "_send", lambda *args: sent.append(args))
    with transaction.atomic():
        queue.after_commit(tasks.check_domain, "x")
        transaction.set_rollback(True)
    assert sent == []


@pytest.fixture
def broker_away(monkeypatch):
    """Nudges go to a port where nobody listens."""
    with app.connection_for_write("redis://127.0.0.1:1/0") as connection:
        real = tasks.check_domain.apply_async
        monkeypatch.setattr(
            tasks.check_domain, "apply_async",
            lambda args, **options: real(args, connection=connection, **options),
        )  # fmt: skip
        yield


def test_the_page_works_while_the_broker_is_away_and_the_row_stays_due(
    as_alice, acme, broker_away, caplog, django_capture_on_commit_callbacks
):
    start = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        response = as_alice.post(reverse("domains:add", args=["acme"]), {"name": "example.com"})
    assert response.status_code == 302
    assert len(callbacks) == 1
    assert any("the broker is away" in line for line in caplog.messages)
    assert claim_due() == [str(Domain.objects.get().pk)]
    assert time.monotonic() - start < 3  # nobody waits for a broker that is away


def test_everything_on_the_schedule_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_nudges_that_waited_too_long_are_dropped():
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] == max(entry["schedule"], 15)


def test_what_waits_for_strangers_has_a_queue_of_its_own():
    tasks = ("notifications.tasks.send", "domains.tasks.check_domain", "notifications.tasks.sweep")
    queues = [app.amqp.router.route({}, task)["queue"].name for task in tasks]
    assert queues == ["deliveries", "checks", "celery"]
