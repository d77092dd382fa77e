"""From due deliveries to the receiver, one worker per channel at a time."""

from collections.abc import Callable
from uuid import UUID

from notifications.models import Channel
from notifications.transports import email, webhook

TRANSPORTS: dict[str, Callable[[Channel], None]] = {
    Channel.Transport.EMAIL: email.send,
    Channel.Transport.WEBHOOK: webhook.send,
}


def send_due(channel_id: UUID) -> bool:
    """Send a batch of what is due on a channel that nobody holds; whether there is more now.

    Safe at any time and twice: what was not recorded as sent is due for whoever comes next.
    """
    channel = Channel.objects.claim(channel_id)
    if channel is None:
        return False
    try:
        TRANSPORTS[channel.transport](channel)
    finally:
        channel.release()
    # After the release: what became due until then is seen here, later things nudge themselves.
    return Channel.objects.ready().with_due_deliveries().filter(pk=channel_id).exists()
