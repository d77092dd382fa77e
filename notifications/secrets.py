"""What signs a webhook's messages: secrets after Standard Webhooks, encrypted at rest."""

import base64
from secrets import token_bytes

from django.utils import timezone

from kuploy import crypto
from notifications.models import Channel


def new_secret() -> str:
    """To be shown to the customer once."""
    return "whsec_" + base64.b64encode(token_bytes(32)).decode()


def encrypted(secret: str) -> bytes:
    """As it is kept in a channel."""
    return crypto.encrypt(secret.encode())


def secrets_of(channel: Channel) -> list[str]:
    """What signs now: the current secret, and the one before while it is being replaced.

    InvalidToken when the key that encrypted one of them is no longer set.
    """
    kept = [channel.secret_encrypted]
    if channel.previous_secret_until and channel.previous_secret_until > timezone.now():
        kept.append(channel.previous_secret_encrypted)
    return [crypto.decrypt(bytes(secret)).decode() for secret in kept if secret]
