"""The line over the days, in percent of its frame."""

from datetime import date

import pytest

from quotas import history
from quotas.models import Point
from quotas.picture import HEADROOM, draw


def points(*held):
    """Day of January or of a month given as (month, day), and what was held."""
    days = [(day if isinstance(day, tuple) else (1, day), used) for day, used in held]
    return [Point(day=date(2026, *day), bytes=used, messages=0) for day, used in days]


def picture(limit, *held):
    return draw(points(*held), "bytes", limit, str)


def test_one_day_is_no_line():
    assert picture(100, (1, 50)) is None


def test_it_goes_in_stairs_from_the_first_day_to_the_last(monkeypatch):
    monkeypatch.setattr("quotas.picture.HEADROOM", 1)
    found = picture(100, (1, 50), (2, 75), (5, 0))
    assert found.line == "M0.00 50.00H25.00V25.00H100.00V100.00"
    assert found.area == found.line + "V100H0Z"
    assert (found.first.text, found.peak.text, found.last.text) == ("50", "75", "0")
    assert (found.peak.x, found.peak.y, found.peak.day.day) == ("25.00", "25.00", 2)


@pytest.mark.parametrize(("limit", "used", "y"), [(100, 50, "5.66"), (100, 400, "76.42")])
def test_limit_and_peak_both_fit(limit, used, y):
    found = picture(limit, (1, used), (2, 0))
    assert HEADROOM == 1.06
    assert found.limit_y == y


def test_a_month_without_change_ends_as_it_began():
    found = history.months(points(((1, 30), 1), ((2, 3), 2), ((2, 9), 3), ((4, 2), 4)))
    assert [(month.month, point.bytes) for month, point in found] == [
        (4, 4),
        (3, 3),
        (2, 3),
        (1, 1),
    ]
