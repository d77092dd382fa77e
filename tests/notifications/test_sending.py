"""Due deliveries reach their receivers once, in time, and whatever happens in between."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from notifications import outcomes, tasks
from notifications.models import Attempt, Channel, Delivery
from notifications.models.channels import CLAIM_LASTS, SLOW_AT_ONCE, SLOW_LOCK
from notifications.sending import send_due
from tests.concurrency import at_once
from tests.kuploy.receivers import answer, polite, receiver
from tests.notifications.conftest import bodies

pytestmark = pytest.mark.django_db(transaction=True)
OK, BROKEN = answer(200), answer(500)


@pytest.fixture
def nudges(monkeypatch):
    """The channels that workers are nudged to look at."""
    sent = []
    monkeypatch.setattr(tasks.send, "apply_async", lambda args, **options: sent.append(args[0]))
    return sent


def set_due(**fields):
    Delivery.objects.filter(due_at__isnull=False).update(due_at=Now(), **fields)


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_they_go_in_the_order_in_which_they_happened(webhook, due):
    with receiver(polite(OK)) as server:
        channel = webhook(server)
        for crossed in (80, 95, 100):
            due(channel, crossed=crossed)
        assert send_due(channel.pk) is False
    assert [body["payload"]["crossed"] for body in bodies(server)] == [80, 95, 100]
    assert server.connections == 1
    assert not Delivery.objects.filter(sent_at=None).exists()
    channel.refresh_from_db()
    assert (channel.claimed_at, channel.claim) == (None, None)


def test_an_error_answer_delays_no_other_delivery(webhook, due):
    with receiver(polite(BROKEN, OK)) as server:
        channel = webhook(server)
        first, *_others = due(channel, 3)
        send_due(channel.pk)
    waiting = Delivery.objects.filter(sent_at=None)
    assert list(waiting) == [first]
    assert len(server.requests) == 3


class Hanging:
    """A receiver that holds the first call until it is let go, and answers 200."""

    def __init__(self):
        self.go = threading.Event()

    def __call__(self, conversation):
        while conversation.hear():
            self.go.wait(20)
            conversation.say(OK)


@pytest.fixture
def in_thread(request):
    """Runs something beside the test, on a connection of its own."""
    threads = []

    def start(act, *args):
        def run():
            try:
                act(*args)
            finally:
                connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(20)


def test_a_receiver_that_hangs_holds_up_nobody_else(webhook, due, in_thread):
    hanging = Hanging()
    with receiver(hanging) as stuck, receiver(polite(OK)) as server:
        slow, quick = webhook(stuck), webhook(server)
        due(slow), due(quick)
        in_thread(send_due, slow.pk)
        wait_until(lambda: stuck.requests)
        send_due(quick.pk)
        assert Delivery.objects.get(channel=quick).sent_at
        assert not Delivery.objects.get(channel=slow).sent_at
        hanging.go.set()
        wait_until(lambda: Delivery.objects.get(channel=slow).sent_at)


def test_a_slow_receiver_rests_for_as_long_as_it_takes(webhook, due, monkeypatch):
    def slowly(conversation):
        while conversation.hear():
            time.sleep(0.1)
            conversation.say(OK)

    monkeypatch.setattr(outcomes, "SLOW_SECONDS", 0.05)
    with receiver(slowly) as server:
        channel = webhook(server)
        due(channel, 2)
        assert send_due(channel.pk) is False
    channel.refresh_from_db()
    assert len(server.requests) == 1
    assert channel.quiet_until
    assert channel.failing_since is None


def test_a_call_holds_no_connection_to_the_database(webhook, due, in_thread):
    hanging = Hanging()
    with receiver(hanging) as stuck:
        channel = webhook(stuck)
        due(channel)
        in_thread(send_due, channel.pk)
        wait_until(lambda: stuck.requests)
        connection.close()
        stats = connection.pool.get_stats()
        assert stats["pool_available"] == stats["pool_size"]
        hanging.go.set()


def test_two_workers_at_once_send_once(webhook, due):
    with receiver(polite(OK)) as server:
        channel = webhook(server)
        due(channel, 5)
        at_once(*[lambda: send_due(channel.pk)] * 4)
        wait_until(lambda: not Delivery.objects.filter(sent_at=None).exists())
    assert len(server.requests) == 5
    assert Attempt.objects.count() == 5


def test_those_that_were_away_may_take_only_a_few_threads(webhook):
    passed = {"quiet_until": timezone.now() - timedelta(seconds=1)}
    slow = [webhook(f"http://127.0.0.1:1/{n}", **passed).pk for n in range(SLOW_AT_ONCE + 3)]
    assert all(Channel.objects.claim(pk) for pk in slow[:-5])
    claimed = at_once(*[lambda pk=pk: Channel.objects.claim(pk) for pk in slow[-5:]])
    held = [channel for channel in claimed if channel]
    assert len(held) == 2
    assert Channel.objects.claim(webhook("http://127.0.0.1:1/well").pk)
    held[0].release()
    assert Channel.objects.claim(slow[-1]) or Channel.objects.claim(slow[-2])


def test_slow_ones_are_counted_by_one_worker_at_a_time(webhook, in_thread):
    slow = webhook("http://127.0.0.1:1/", quiet_until=timezone.now() - timedelta(seconds=1))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SLOW_LOCK)
        claiming = in_thread(Channel.objects.claim, slow.pk)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_until(lambda: cursor.execute(waiting) or cursor.fetchone()[0])
    claiming.join(20)
    slow.refresh_from_db()
    assert slow.claim


def test_a_worker_that_lost_its_claim_stops_and_gives_nothing_back(webhook, due):
    def take_over(conversation):
        conversation.hear()
        Channel.objects.update(claimed_at=timezone.now() - CLAIM_LASTS * 2)
        taken.append(Channel.objects.claim(channel.pk))
        connection.close()
        conversation.say(OK)

    taken = []
    with receiver(take_over) as server:
        channel = webhook(server)
        due(channel, 2)
        send_due(channel.pk)
    assert len(server.requests) == 1
    channel.refresh_from_db()
    assert channel.claim == taken[0].claim
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 1


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_claim_of_a_dead_worker_passes_also_when_the_clock_was_set_back(webhook, seconds):
    channel = webhook("http://127.0.0.1:1/")
    assert Channel.objects.claim(channel.pk)
    assert not Channel.objects.claim(channel.pk)
    moved = timezone.now() + timedelta(seconds=seconds)
    Channel.objects.filter(pk=channel.pk).update(claimed_at=moved)
    assert Channel.objects.claim(channel.pk)


def test_after_the_clock_was_set_back_nothing_waits_for_it(webhook, due):
    with receiver(polite(BROKEN, OK)) as server:
        channel = webhook(server)
        due(channel)
        send_due(channel.pk)
        day = timedelta(days=1)
        Delivery.objects.update(tried_at=Now() + day)
        due(channel)  # never tried
        Delivery.objects.update(due_at=Now() + day)
        Channel.objects.update(quiet_until=Now() + day)
        send_due(channel.pk)
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_what_becomes_due_during_the_last_call_is_not_left_behind(webhook, due, nudges):
    def one_more(conversation):
        while conversation.hear():
            if len(server.requests) == 1:
                due(channel)
                connection.close()
            conversation.say(OK)

    with receiver(one_more) as server:
        channel = webhook(server)
        due(channel)
        tasks.send(str(channel.pk))
    assert nudges == [str(channel.pk)]


def test_a_failure_that_comes_late_does_not_undo_a_success(webhook, due):
    def arrive_meanwhile(conversation):
        conversation.hear()
        Delivery.objects.update(due_at=None, sent_at=Now(), outcome="Sent.")
        connection.close()
        conversation.say(BROKEN)

    with receiver(arrive_meanwhile) as server:
        channel = webhook(server)
        due(channel)
        send_due(channel.pk)
    delivery = Delivery.objects.get()
    assert (delivery.due_at, delivery.outcome) == (None, "Sent.")
    assert delivery.attempts.count() == 1


def test_a_deleted_webhook_ends_quietly(webhook, due):
    def delete(conversation):
        conversation.hear()
        Channel.objects.get(pk=channel.pk).delete()
        connection.close()
        conversation.say(OK)

    with receiver(delete) as server:
        channel = webhook(server)
        due(channel, 2)
        assert send_due(channel.pk) is False
    assert len(server.requests) == 1
    assert not Attempt.objects.exists()


def test_the_sweep_nudges_for_what_is_ready_and_due(webhook, due, nudges):
    later = timezone.now() + timedelta(minutes=5)
    ready = webhook("http://127.0.0.1:1/ready")
    others = [
        webhook("http://127.0.0.1:1/quiet", quiet_until=later),
        webhook("http://127.0.0.1:1/held", claimed_at=timezone.now()),
        webhook("http://127.0.0.1:1/paused", state="paused"),
    ]
    waiting = webhook("http://127.0.0.1:1/waiting")
    for channel in (ready, waiting, *others):
        due(channel)
    Delivery.objects.filter(channel=waiting).update(due_at=later, attempt_count=1)
    webhook("http://127.0.0.1:1/nothing")
    tasks.sweep()
    assert nudges == [str(ready.pk)]


def test_a_receiver_that_takes_its_time_gives_its_thread_to_others(webhook, due):
    def take_time(conversation):
        while conversation.hear():
            time.sleep(0.5)
            conversation.say(OK)

    with receiver(take_time) as server:
        channel = webhook(server)
        due(channel, 7)
        assert send_due(channel.pk) is True
        assert Delivery.objects.filter(sent_at=None).exists()
