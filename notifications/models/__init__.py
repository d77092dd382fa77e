"""What happened (Alert), where it is told (Channel), and the telling of it."""

from notifications.models.alerts import KINDS, Alert
from notifications.models.channels import Channel, ChannelQuerySet
from notifications.models.deliveries import NEXT_DUE, PAUSES, Attempt, Delivery
from notifications.models.notices import Notice

__all__ = [
    "KINDS", "NEXT_DUE", "PAUSES", "Alert", "Attempt", "Channel", "ChannelQuerySet", "Delivery",
    "Notice",
]  # fmt: skip
