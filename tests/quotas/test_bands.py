import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quotas.bands import band_of, within_bands
from quotas.limits import GB

BANDS = (8, 25)
some_bands = st.lists(st.integers(1, 200), min_size=1, max_size=5, unique=True).map(sorted)
some_sizes = st.one_of(st.integers(1, 300 * GB), st.integers(1, 300).map(lambda gb: gb * GB))


@pytest.mark.parametrize(
    ("size", "band"),
    [(1, 8), (GB, 8), (8 * GB, 8), (8 * GB + 1, 25), (16 * GB, 25), (25 * GB, 25), (26 * GB, 25)],
)
def test_a_size_is_invoiced_as_the_smallest_band_that_holds_it(size, band):
    assert band_of(size, BANDS) == band


@given(some_sizes, some_bands)
def test_the_band_holds_the_size_and_no_smaller_one_does(size, bands):
    band = band_of(size, bands)
    assert band in bands
    assert not any(size <= smaller * GB for smaller in bands if smaller < band)
    assert size <= band * GB or band == bands[-1]


@given(some_sizes, some_sizes, some_bands)
def test_a_larger_size_is_never_invoiced_as_a_smaller_band(one, other, bands):
    assert band_of(min(one, other), bands) <= band_of(max(one, other), bands)


@given(some_sizes, some_bands)
@example(25 * GB, [8, 25])
def test_a_size_may_be_sold_when_its_band_holds_it(size, bands):
    assert within_bands(size, bands) == (size <= band_of(size, bands) * GB)
