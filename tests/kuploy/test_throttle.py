import pytest
from django.conf import settings
from redis import Redis

from kuploy.errors import Refused
from kuploy.throttle import TooOften, throttle
from tests.concurrency import at_once


def test_it_refuses_past_the_limit():
    for _try in range(3):
        throttle("x", limit=3, seconds=60)
    with pytest.raises(Refused, match="Too many tries"):
        throttle("x", limit=3, seconds=60)


def test_each_key_counts_for_itself():
    throttle("x", limit=1, seconds=60)
    throttle("y", limit=1, seconds=60)


def test_the_count_is_in_redis_and_ends_by_itself():
    throttle("x", limit=3, seconds=60)
    redis = Redis.from_url(settings.REDIS_URL)
    assert redis.get("kuploy:throttle:x") == b"1"
    assert 0 < redis.ttl("kuploy:throttle:x") <= 60
    redis.delete("kuploy:throttle:x")
    throttle("x", limit=1, seconds=60)


def test_who_is_refused_learns_when_to_try_again():
    throttle("x", limit=1, seconds=60)
    with pytest.raises(TooOften) as refused:
        throttle("x", limit=1, seconds=60)
    assert 50 < refused.value.seconds <= 60


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_slip_through():
    outcomes = at_once(*[lambda: throttle("x", limit=3, seconds=60)] * 6)
    assert outcomes.count(None) == 3
