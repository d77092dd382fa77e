"""Channels and what is due on them."""

import json

import pytest

from notifications import secrets
from notifications.models import Alert, Channel, Delivery

FACTS = {
    "metric": "space", "used": 850, "limit": 1000, "crossed": 80,
    "address": "info@acme.test", "domain": "acme.test",
    "mailbox_code": "0b2cbb1e-9d6a-4a3c-8a3c-0f6f4a6f2a11",
}  # fmt: skip


@pytest.fixture
def webhook(acme):
    """Makes a webhook of acme for a receiver, or for a URL."""

    def make(target, account=acme, **fields):
        url = target if isinstance(target, str) else f"http://127.0.0.1:{target.port}/hook?key=t0p"
        secret = secrets.encrypted(secrets.new_secret())
        fields = {"secret_encrypted": secret, **fields}
        return Channel.objects.create(account=account, transport="webhook", address=url, **fields)

    return make


@pytest.fixture
def due(acme):
    """Makes deliveries that are due on a channel."""

    def make(channel, count=1, kind="quota_80", account=acme, **facts):
        return [
            Delivery.objects.create(
                channel=channel,
                alert=Alert.objects.create(
                    account=account, kind=kind, facts=FACTS | facts,
                    dedup_key=f"test:{channel.pk}:{Alert.objects.count()}",
                ),
            )
            for _ in range(count)
        ]  # fmt: skip

    return make


def bodies(receiver):
    return [json.loads(body) for _head, body in receiver.requests]


def header(request, name):
    head, _body = request
    return next(
        line.split(": ", 1)[1] for line in head.splitlines() if line.lower().startswith(f"{name}: ")
    )
