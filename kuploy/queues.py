"""How many messages wait for workers."""

from collections.abc import Sequence

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError


def lengths(names: Sequence[str]) -> dict[str, int]:
    """Messages in each queue; none at all when Redis is away."""
    redis = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        with redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.llen(name)
            return dict(zip(names, pipe.execute(), strict=True))
    except RedisError:
        return {}
    finally:
        redis.close()
