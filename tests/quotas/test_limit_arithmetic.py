"""Properties of the limit arithmetic: no limit is None, zero is zero."""

from hypothesis import given
from hypothesis import strategies as st

from quotas.limits import GB, MOST_MESSAGES, Room, message_cap, nearest_size, tightest

counts = st.integers(0, 10**6)
some_limits = st.none() | st.integers(0, 10**6)
rooms = st.builds(Room, counts, some_limits)
sizes = st.integers(1, 300 * GB)
rising = st.lists(sizes, max_size=12, unique=True).map(sorted)


@given(rooms, counts)
def test_what_fits_is_what_is_left(room, wanted):
    beyond = room.limit is not None and room.used > room.limit
    if room.left is None:
        assert room.fits(wanted)
    elif wanted:
        assert room.fits(wanted) == (wanted <= room.left)
    else:
        assert room.fits(0) != beyond


@given(counts, st.integers(0, 10**6))
def test_taking_places_one_by_one_ends_at_the_limit(used, limit):
    taken = used
    while taken < used + 5 and Room(taken, limit).fits():
        taken += 1
    assert taken <= max(used, limit)
    assert Room(taken, limit).left == max(limit - taken, 0)


@given(rooms)
def test_100_percent_means_full_and_less_means_room(room):
    if room.limit is None:
        assert room.percent is None
    else:
        assert (room.percent >= 100) == (not room.fits())


@given(rooms, rooms)
def test_of_account_and_pool_a_place_is_there_when_both_have_one(own, pool):
    places = tightest(own.left, pool.left)
    assert (places is None or places > 0) == (own.fits() and pool.fits())


@given(rooms, rooms)
def test_the_tighter_room_is_full_first(own, pool):
    places = tightest(own.left, pool.left)
    if pool.has_less_than(own):
        assert places == pool.left
        assert not own.has_less_than(pool)
    else:
        assert places == own.left


@given(st.lists(some_limits))
def test_the_tightest_of_limits_is_none_only_without_any(several):
    found, known = tightest(*several), [each for each in several if each is not None]
    assert (found is None) == (known == [])
    assert all(found <= each for each in known if found is not None)
    assert found is None or found in known


@given(some_limits, some_limits, some_limits)
def test_a_limit_more_never_allows_more_and_the_order_does_not_matter(plan, reseller, owner):
    for used in (0, 5):
        looser, tighter = Room(used, tightest(plan)), Room(used, tightest(plan, reseller, owner))
        assert looser.fits() or not tighter.fits()
    assert tightest(owner, plan, reseller) == tightest(plan, tightest(reseller, owner))


@given(sizes, rising)
def test_a_new_mailbox_gets_the_nearest_size_on_offer(wanted, offered):
    found = nearest_size(wanted, offered)
    assert (found is None) == (offered == [])
    if found is not None:
        assert found in offered
        between = [size for size in offered if found < size <= wanted]
        assert between == []
        assert found <= wanted or found == offered[0]


@given(sizes, sizes)
def test_a_larger_mailbox_never_holds_fewer_messages(one, other):
    assert message_cap(min(one, other)) <= message_cap(max(one, other)) <= MOST_MESSAGES


@given(sizes, st.integers(1, 10**6))
def test_the_figure_of_the_plan_counts_for_every_size(size, figure):
    assert message_cap(size, figure) == figure
    assert message_cap(size, 0) == message_cap(size, None) == message_cap(size) > 0
