from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import tasks
from notifications.models import MOST_ATTEMPTS, Alert, Delivery
from notifications.tasks import deliver, sweep_deliveries
from tests.concurrency import at_once


@pytest.fixture
def delivery(acme):
    alert = Alert.objects.create(
        account=acme, kind=Alert.Kind.DOMAIN_ACTIVE, title="bücher.example\nis active & fine",
        body="You can <create> mailboxes now.", dedup_key="x",
    )  # fmt: skip
    return Delivery.objects.create(alert=alert, address="alice@example.test")


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def smtp_away(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def now(delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def test_it_is_sent_and_noted(delivery, mailoutbox, settings):
    deliver(delivery.pk)
    (message,) = mailoutbox
    assert message.subject == "bücher.example is active & fine"
    assert "You can <create> mailboxes now." in message.body
    assert f"{settings.BASE_URL}/acme/" in message.body
    sent = now(delivery)
    assert (sent.due_at, sent.attempts, sent.claimed_at) == (None, 1, None)
    assert sent.sent_at


def test_a_repeated_nudge_sends_nothing(delivery, mailoutbox):
    deliver(delivery.pk)
    deliver(delivery.pk)
    assert len(mailoutbox) == 1


def test_a_nudge_for_what_is_gone_does_nothing(db):
    deliver(4711)


def test_a_mail_server_that_is_away_is_recorded_and_it_stays_due(delivery, smtp_away):
    deliver(delivery.pk)
    failed = now(delivery)
    assert (failed.attempts, failed.sent_at, failed.claimed_at) == (1, None, None)
    assert "could not be handed over" in failed.last_error
    assert failed.due_at > timezone.now()


def test_it_arrives_once_the_mail_server_is_back(delivery, smtp_away, settings, clock, mailoutbox):
    deliver(delivery.pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliver(delivery.pk)
    assert mailoutbox == []  # not before its time
    clock.shift(timedelta(minutes=1))
    deliver(delivery.pk)
    assert len(mailoutbox) == 1
    assert now(delivery).last_error == ""


def test_pauses_grow_and_it_is_given_up_in_the_end(delivery, smtp_away, clock):
    pauses = []
    while now(delivery).due_at:
        clock.move_to(now(delivery).due_at)
        deliver(delivery.pk)
        if due := now(delivery).due_at:
            pauses.append(due - timezone.now())
    assert pauses[:3] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert pauses == sorted(pauses)
    assert max(pauses) <= timedelta(hours=12)
    assert now(delivery).attempts == MOST_ATTEMPTS
    assert sum(pauses, timedelta()) > timedelta(hours=12)


def test_a_claim_keeps_others_away_until_its_worker_must_be_dead(delivery, clock, mailoutbox):
    assert Delivery.objects.claim(delivery.pk)
    # The worker was killed here.
    clock.shift(timedelta(minutes=1))
    deliver(delivery.pk)
    assert mailoutbox == []
    clock.shift(timedelta(minutes=2))
    deliver(delivery.pk)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_gets_it(delivery):
    outcomes = at_once(*[lambda: Delivery.objects.claim(delivery.pk)] * 2)
    assert outcomes.count(None) == 1


@pytest.fixture
def nudged(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **how: sent.append(*args))
    return sent


def test_the_sweep_finds_what_a_lost_message_left_behind(delivery, nudged):
    sweep_deliveries()
    assert nudged == [delivery.pk]


def test_the_sweep_finds_stale_claims_but_not_fresh_ones(delivery, nudged, clock):
    Delivery.objects.claim(delivery.pk)
    sweep_deliveries()
    assert nudged == []
    clock.shift(timedelta(minutes=3))
    sweep_deliveries()
    assert nudged == [delivery.pk]


@pytest.mark.parametrize("change", [{"due_at": None}, {"due_at": "later"}])
def test_the_sweep_leaves_the_others_alone(delivery, nudged, change):
    if change["due_at"]:
        change = {"due_at": timezone.now() + timedelta(minutes=1)}
    Delivery.objects.update(**change)
    sweep_deliveries()
    assert nudged == []
