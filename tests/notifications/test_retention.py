"""What is old is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import retention, tasks
from notifications.models import Alert, Attempt, Delivery, Notice

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_old_is_forgotten(monkeypatch, acme, webhook, due):
    monkeypatch.setattr(retention, "BATCH", 2)
    channel = webhook("http://127.0.0.1:1/")
    bell = acme.channels.filter(transport="panel").first()
    deliveries = due(channel, 8)
    for delivery in deliveries:
        Attempt.objects.create(delivery=delivery, milliseconds=1)
        Notice.objects.create(channel=bell, alert=delivery.alert, kind=delivery.alert.kind)
    age(deliveries[:5], days=91)
    age(deliveries[:3], days=366)
    tasks.forget_old()
    assert Delivery.objects.count() == Attempt.objects.count() == Notice.objects.count() == 3
    assert Alert.objects.count() == 5


def age(deliveries, days):
    then = timezone.now() - timedelta(days=days)
    ids = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=ids).update(created_at=then)
    Alert.objects.filter(deliveries__in=ids).update(created_at=then)
