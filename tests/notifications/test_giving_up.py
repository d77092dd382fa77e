"""Retries, and when a delivery or a whole webhook is given up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from notifications.models import PAUSES, Alert, Channel, Delivery
from notifications.sending import send_due
from tests.kuploy.receivers import answer, polite, receiver
from tests.notifications.test_sending import set_due

pytestmark = pytest.mark.django_db(transaction=True)
OK, BROKEN = answer(200), answer(500)


def test_a_delivery_is_tried_for_two_days_with_growing_pauses(webhook, due):
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(hours=47) < sum(PAUSES, timedelta()) < timedelta(hours=49)
    with receiver(polite(BROKEN)) as server:
        channel = webhook(server)
        (delivery,) = due(channel)
        for pause in PAUSES:
            send_due(channel.pk)
            delivery.refresh_from_db()
            waits = delivery.due_at - delivery.tried_at
            assert pause <= waits < pause * 1.11
            set_due()
        assert delivery.sent_at is None
        send_due(channel.pk)
        set_due()
        assert send_due(channel.pk) is False
    delivery.refresh_from_db()
    assert delivery.given_up
    assert delivery.outcome == "Given up. It answered with status 500."
    assert len(server.requests) == delivery.attempts.count() == len(PAUSES) + 1


def exhaust(channel):
    """Two days of failures pass."""
    send_due(channel.pk)
    set_due(attempt_count=len(PAUSES))
    failing = Channel.objects.filter(failing_since__isnull=False)
    failing.update(failing_since=Now() - sum(PAUSES, timedelta()))


def test_a_webhook_that_took_nothing_while_one_was_tried_is_paused_and_told_once(
    acme, alice, webhook, due
):
    with receiver(polite(BROKEN)) as server:
        channel = webhook(server)
        first, _second = due(channel, 2)
        exhaust(channel)
        send_due(channel.pk)
        assert send_due(channel.pk) is False
    assert len(server.requests) == 3  # after the first was given up, nothing more
    channel.refresh_from_db()
    assert channel.state == Channel.State.PAUSED
    assert list(Delivery.objects.filter(channel=channel, due_at=None)) == [first]
    told = Alert.objects.get(kind="channel_stopped")
    assert told.facts["reason"] == (
        "It has taken nothing for two days. It answered with status 500."
    )
    assert told.deliveries.get().channel.membership.user == alice


def test_a_webhook_that_took_something_meanwhile_goes_on(webhook, due):
    with receiver(polite(BROKEN, OK, BROKEN)) as server:
        channel = webhook(server)
        first, _second = due(channel, 2)
        exhaust(channel)
        send_due(channel.pk)
        assert len(server.requests) == 3
    first.refresh_from_db()
    channel.refresh_from_db()
    assert first.given_up
    assert channel.state == Channel.State.ACTIVE
    assert not Alert.objects.filter(kind="channel_stopped").exists()


def test_one_that_fails_for_long_is_not_paused_while_all_its_deliveries_have_tries_left(
    webhook, due
):
    with receiver(polite(BROKEN)) as server:
        channel = webhook(server, failing_since=timezone.now() - timedelta(days=3))
        due(channel)
        send_due(channel.pk)
    channel.refresh_from_db()
    assert channel.state == Channel.State.ACTIVE


def test_one_that_was_stopped_meanwhile_is_not_stopped_again(webhook, due):
    def stop(conversation):
        conversation.hear()
        Channel.objects.filter(pk=channel.pk).update(state="paused")
        connection.close()
        conversation.say(answer(410))

    with receiver(stop) as server:
        channel = webhook(server)
        due(channel, 2)
        send_due(channel.pk)
    channel.refresh_from_db()
    assert (channel.state, len(server.requests)) == ("paused", 1)
    assert not Alert.objects.filter(kind="channel_stopped").exists()


def test_a_resumed_webhook_goes_on_where_it_stopped_and_can_be_paused_again(webhook, due):
    with receiver(polite(BROKEN, BROKEN, BROKEN, OK, BROKEN)) as server:
        channel = webhook(server)
        due(channel, 2)
        exhaust(channel)
        send_due(channel.pk)
        Channel.objects.filter(pk=channel.pk).update(state="active", failing_since=None)
        assert send_due(channel.pk) is False
        assert Delivery.objects.filter(sent_at__isnull=False).count() == 1
        due(channel)
        exhaust(channel)
        send_due(channel.pk)
    channel.refresh_from_db()
    assert channel.state == Channel.State.PAUSED
    assert Alert.objects.filter(kind="channel_stopped").count() == 2
