"""Limits on how often something may be tried, counted in Redis for all processes together."""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from redis import Redis

from kuploy.errors import Refused


class TooOften(Refused):
    """Later it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(_("Too many tries. Wait a while, then try again."))
        self.seconds = seconds


def throttle(key: str, *, limit: int, seconds: int) -> None:
    """Count one try under KEY, and refuse once LIMIT within SECONDS is passed."""
    tries, left = count(f"throttle:{key}", seconds=seconds)
    if tries > limit:
        raise TooOften(left)


def count(key: str, *, seconds: int) -> tuple[int, int]:
    """How often that was counted since it was first, and after how many seconds it begins anew."""
    key = f"kuploy:{key}"
    with _redis().pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, seconds, nx=True)
        pipe.ttl(key)
        number, _set, left = pipe.execute()
    return int(number), max(int(left), 1)


@cache
def _redis() -> "Redis":
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
