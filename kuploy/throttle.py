"""Limits on how often something may be tried, counted in Redis for all processes together."""

from django.core.cache import cache
from django.utils.translation import gettext as _

from kuploy.errors import Refused


def throttle(key: str, *, limit: int, seconds: int) -> None:
    """Count one try under KEY, and refuse once LIMIT within SECONDS is passed."""
    key = f"throttle:{key}"
    cache.add(key, 0, timeout=seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # its time ended between the two: this is the first try of the next
        return
    if tries > limit:
        raise Refused(_("Too many tries. Wait a while, then try again."))
