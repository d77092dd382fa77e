"""What a receiver sees of a webhook, and how its answers are taken."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from notifications.sending import send_due
from tests.kuploy.receivers import answer, polite, receiver
from tests.notifications.conftest import FACTS, bodies, header

pytestmark = pytest.mark.django_db(transaction=True)


def verify(request, secret):
    head, body = request
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return Webhook(secret).verify(body, {name: header(request, name) for name in names})


def sent(webhook, due, behave, **fields):
    """One delivery, tried once at a receiver that behaves like this."""
    with receiver(behave) as server:
        channel = webhook(server, **fields)
        (delivery,) = due(channel)
        send_due(channel.pk)
    delivery.refresh_from_db()
    channel.refresh_from_db()
    return delivery, channel, delivery.attempts.get()


def test_a_full_mailbox_is_told_in_the_agreed_form(acme, webhook, due):
    with receiver(polite(answer(200))) as server:
        channel = webhook(server)
        due(channel)
        send_due(channel.pk)
    assert bodies(server) == [
        {
            "action_type": "email_overquota",
            "event": "exceeded",
            "metric": "space",
            "domain_name": "acme.test",
            "account": "acme",
            "payload": {
                "email_address": "info@acme.test",
                "email_code": FACTS["mailbox_code"],
                "assigned_size": 1000,
                "used_size": 850,
                "crossed": 80,
            },
        }
    ]


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_2xx_is_a_delivery(webhook, due, status):
    delivery, channel, attempt = sent(webhook, due, polite(answer(status, b"thanks")))
    assert (delivery.due_at, delivery.attempt_count, attempt.status) == (None, 1, status)
    assert delivery.sent_at
    assert channel.failing_since is None


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(webhook, due, status):
    field = "Location: http://127.0.0.1:1/"
    delivery, channel, attempt = sent(webhook, due, polite(answer(status, b"no\0\xff", field)))
    assert delivery.sent_at is None
    assert timedelta(0) < delivery.due_at - timezone.now() < timedelta(seconds=12)
    assert (attempt.status, attempt.answer, attempt.error) == (status, "no�", "")
    assert delivery.outcome == f"It answered with status {status}."
    assert channel.failing_since
    assert channel.quiet_until is None
