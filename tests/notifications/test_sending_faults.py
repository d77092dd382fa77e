"""Real processes, killed at the worst moment, and the real mail server."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from email.header import decode_header, make_header
from secrets import token_hex

import pytest
from django.conf import settings
from django.db.models.functions import Now

from notifications.models import Attempt, Channel, Delivery
from notifications.sending import send_due
from tests.kuploy.receivers import answer, receiver
from tests.mailservers.clients import STACK, sent_to, wait_for
from tests.notifications.conftest import header

pytestmark = pytest.mark.django_db(transaction=True)
PLAIN = "django.core.mail.backends.smtp.EmailBackend"


@contextmanager
def worker(channel):
    """A process that sends what is due on a channel, as a worker does."""
    database = settings.DATABASES["default"]["NAME"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kuploy.settings",
        "KUPLOY_DATABASE_URL": os.environ["KUPLOY_DATABASE_URL"].replace(
            "/kuploy?", f"/{database}?"
        ),
    }
    act = "from notifications import tasks; tasks.send(sys.argv[1])"
    code = f"import sys, django; django.setup(); {act}"
    process = subprocess.Popen([sys.executable, "-c", code, str(channel.pk)], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


def claim_passes():
    Channel.objects.filter(claimed_at__isnull=False).update(claimed_at=Now() - timedelta(minutes=1))


def test_a_worker_killed_during_a_call_leaves_a_delivery_that_is_sent_again(webhook, due):
    def first_hangs(conversation):
        conversation.hear()
        if len(server.requests) == 1:
            conversation.hang()
        conversation.say(answer(200))

    with receiver(first_hangs) as server:
        channel = webhook(server)
        (delivery,) = due(channel)
        with worker(channel):
            wait_for(lambda: server.requests, "the call")
        delivery.refresh_from_db()
        assert (delivery.sent_at, delivery.attempt_count) == (None, 0)
        assert send_due(channel.pk) is False  # the dead worker's claim
        assert len(server.requests) == 1
        claim_passes()
        send_due(channel.pk)
    delivery.refresh_from_db()
    assert delivery.sent_at
    first, again = server.requests
    assert header(first, "webhook-id") == header(again, "webhook-id") == str(delivery.code)
    assert first[1] == again[1]
    assert Attempt.objects.get().status == 200


def test_killed_between_two_deliveries_each_is_sent_at_least_once(webhook, due):
    def die_after_three(conversation):
        while conversation.hear():
            if len(server.requests) == 4:
                process.send_signal(signal.SIGKILL)
            conversation.say(answer(200))

    with receiver(die_after_three) as server:
        channel = webhook(server)
        deliveries = due(channel, 6)
        with worker(channel) as process:
            process.wait(timeout=20)
        assert Delivery.objects.filter(sent_at__isnull=False).count() in (3, 4)
        claim_passes()
        send_due(channel.pk)
    heard = [header(request, "webhook-id") for request in server.requests]
    assert set(heard) == {str(delivery.code) for delivery in deliveries}
    assert len(heard) <= 7
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_a_real_mail_server_takes_the_message(acme, alice, due, settings):
    settings.EMAIL_BACKEND = PLAIN
    address = f"ops-{token_hex(4)}@far-away.test"
    channel = Channel.objects.create(
        account=acme, membership=acme.memberships.get(user=alice), transport="email",
        address=address, confirmed_at="2026-01-01T00:00Z",
    )  # fmt: skip
    due(channel, 3)
    send_due(channel.pk)
    (message,) = wait_for(lambda: sent_to(address), "the message in the outbox")
    assert str(make_header(decode_header(message["Subject"]))) == "1 mailbox needs attention"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@localhost>")
    assert "850\xa0bytes of 1000\xa0bytes" in message.get_payload(decode=True).decode()


def test_a_mail_server_that_is_down_is_a_failure_that_says_so(acme, alice, due, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = PLAIN, STACK.ports["web"]  # nobody listens
    channel = acme.memberships.get(user=alice).channels.get(transport="email")
    (delivery,) = due(channel)
    send_due(channel.pk)
    delivery.refresh_from_db()
    assert "Connection refused" in delivery.outcome
    assert delivery.due_at
