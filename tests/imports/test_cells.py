import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from mailboxes.imports import cells

GB = 2**30


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("8", 8 * GB), ("8 GB", 8 * GB), ("8gb", 8 * GB), ("500 MB", 500 * 2**20),
        ("1.5", GB * 3 // 2),
        ("1,5 G", GB * 3 // 2), ("1 TB", 2**40), ("2GiB", 2 * GB), ("1024 B", 1024), (" 1 ", GB),
    ],
)  # fmt: skip
def test_sizes_are_in_gb_or_have_a_unit(typed, size):
    assert cells.size(typed) == size


@pytest.mark.parametrize("typed", ["", "x", "-1", "8 XB", "8GB!", "1e9", "0x8", "٨"])
def test_anything_else_is_no_size(typed):
    with pytest.raises(ValidationError):
        cells.size(typed)


@given(st.integers(1, 2**50))
def test_a_size_is_written_as_it_is_read_back(size):
    assert cells.size(cells.size_words(size)) == size


@given(st.text())
def test_every_text_is_written_harmless_and_read_back_the_same(text):
    written = cells.harmless(text)
    assert cells.plain(written) == text
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize(
    ("typed", "default", "meant"),
    [("yes", False, True), ("No", True, False), ("", True, True), ("", False, False)],
)  # fmt: skip
def test_yes_and_no(typed, default, meant):
    assert cells.yes(typed, default) is meant


def test_maybe_is_neither():
    with pytest.raises(ValidationError, match="Write yes or no"):
        cells.yes("maybe", default=True)
