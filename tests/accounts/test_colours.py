"""Colours of a brand can be read wherever they stand, and have a style sheet that is theirs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import colours
from accounts.colours import DARK, LIGHT

hexes = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
modes = st.sampled_from([LIGHT, DARK])


@pytest.mark.parametrize(
    ("typed", "colour"),
    [("#0a6072", "#0a6072"), ("0A6072", "#0a6072"), (" #f0c ", "#ff00cc"), ("abc", "#aabbcc")],
)
def test_a_colour_is_read_as_people_type_it(typed, colour):
    assert colours.parse(typed) == colour


@pytest.mark.parametrize("typed", ["", "#", "red", "#12345", "#1234567", "#ggg", "url(x)", "#fff;"])
def test_anything_else_is_none(typed):
    with pytest.raises(ValueError, match=re.escape(typed) + "$"):
        colours.parse(typed)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@given(hexes, modes)
def test_the_nearest_that_can_be_read_can_be_read(colour, mode):
    nearest = colours.nearest_readable(colour, mode)
    assert colours.is_readable(nearest, mode)
    assert nearest == colour or not colours.is_readable(colour, mode)


@given(hexes, hexes)
def test_a_sheet_is_found_by_its_name_alone(light, dark):
    name = colours.style_name(light, dark)
    assert colours.named_sheet(name) == colours.sheet(light, dark)
    assert colours.named_sheet(name[:-1] + ("0" if name[-1] != "0" else "1")) is None


def test_a_sheet_is_served_for_ever_and_no_other_one_at_all(client, db):
    name = colours.style_name("#7a1f5c")
    response = client.get(f"/brand/{name}.css")
    assert "--accent:light-dark(#7a1f5c," in response.text
    assert "immutable" in response["Cache-Control"]
    assert client.get("/brand/7a1f5c-7a1f5c-00000000.css").status_code == 404
    assert client.get("/brand/x.css").status_code == 404
