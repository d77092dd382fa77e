import pytest

from quotas.limits import GB, Room, message_cap


@pytest.mark.parametrize(
    ("used", "limit", "fits", "left", "percent"),
    [
        (0, 1, True, 1, 0), (1, 1, False, 0, 100), (0, 0, False, 0, 100),
        (7, None, True, None, None),
        (5, 3, False, 0, 166), (199, 200, True, 1, 99),
    ],
)  # fmt: skip
def test_no_limit_is_none_and_zero_is_zero(used, limit, fits, left, percent):
    room = Room(used, limit)
    assert (room.fits(), room.left, room.percent) == (fits, left, percent)


def test_several_places_are_asked_for_together():
    assert Room(3, 5).fits(2)
    assert not Room(3, 5).fits(3)


@pytest.mark.parametrize(
    ("size", "messages"),
    [(1, 32_768), (GB, 32_768), (GB + 1, 65_536), (8 * GB, 262_144), (500 * GB, 524_288)],
)
def test_the_message_cap_grows_with_the_size_up_to_a_point(size, messages):
    assert message_cap(size) == messages
