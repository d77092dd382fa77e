import pytest
from django.core.cache import cache

from kuploy.errors import Refused
from kuploy.throttle import throttle
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
    assert cache.get("throttle:x") == 1
    cache.touch("throttle:x", 0)
    throttle("x", limit=1, seconds=60)


def test_a_count_that_ends_at_this_moment_is_no_error(monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *args, **options: False)
    throttle("gone", limit=1, seconds=60)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_slip_through():
    outcomes = at_once(*[lambda: throttle("x", limit=3, seconds=60)] * 8)
    assert outcomes.count(None) == 3
