"""Webhooks: one signed POST per delivery, after the Standard Webhooks convention."""

import json
import time
from datetime import UTC, datetime

from cryptography.fernet import InvalidToken
from django.db import connection
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from kuploy import outbound
from kuploy.errors import Unreachable
from notifications import payloads
from notifications.models import Channel, Delivery
from notifications.outcomes import GONE, Result, record
from notifications.secrets import secrets_of

# A task is short, so that the next channel gets its turn and a worker can end soon: a hundred
# receivers that take their time, with floods for each, delay the others by seconds.
BATCH, BATCH_SECONDS = 200, 2


def send(channel: Channel) -> None:
    """One after another in the order in which things happened, until one pauses the channel."""
    end = time.monotonic() + BATCH_SECONDS
    due = channel.deliveries.due().select_related("alert__account").order_by("pk")[:BATCH]
    deliveries = list(due)
    with outbound.connection(channel.address) as post:
        for delivery in deliveries:
            # A network call holds no connection: many threads share the few of the pool.
            connection.close()
            result = _try(post, channel, delivery)
            if not record(channel, [delivery.pk], result) or time.monotonic() > end:
                break


def _try(post: outbound.Post, channel: Channel, delivery: Delivery) -> Result:
    start = time.monotonic()
    try:
        body = json.dumps(payloads.message(delivery.alert))
        answer = post(body.encode(), _headers(channel, delivery, body))
    except InvalidToken:
        return _unreached(start, _("Its secret cannot be decrypted here: make a new one."))
    except Unreachable as error:
        return _unreached(start, str(error))
    return Result(
        delivered=200 <= answer.status < 300,
        seconds=answer.seconds,
        sentence=_sentence(answer.status),
        status=answer.status,
        # PostgreSQL's text holds no NUL.
        answer=answer.body.decode(errors="replace").replace("\0", ""),
    )


def _unreached(start: float, sentence: str) -> Result:
    return Result(delivered=False, seconds=time.monotonic() - start, sentence=sentence)


def _sentence(status: int) -> str:
    if status == GONE:
        return _("It answered with status 410: it wants nothing more.")
    return _("It answered with status %(status)d.") % {"status": status}


def _headers(channel: Channel, delivery: Delivery, body: str) -> dict[str, str]:
    code, now = str(delivery.code), datetime.now(UTC)
    signatures = [Webhook(secret).sign(code, now, body) for secret in secrets_of(channel)]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Kuploy",
        "webhook-id": code,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
