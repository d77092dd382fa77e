"""What the sign-in page would look like, in both modes at once, drawn with the colours typed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts import colours
from accounts.models import Branding
from kuploy.brand import provider


@dataclass(frozen=True, slots=True)
class Window:
    """As in kuploy.css."""

    label: str
    paper: str
    surface: str
    line: str
    ink: str
    muted: str
    accent: str
    soft: str
    button: str
    on_button: str


LIGHT = ("#f5f7f7", "#ffffff", "#dde3e4", "#14201f", "#5a696d")
DARK = ("#0e1415", "#151c1e", "#273235", "#e7eded", "#93a1a4")
# Accent, its ground, button and what is on it, where no colour is chosen.
PLAIN_LIGHT = ("#0a6072", "#e0f0f3", "#0a6072", "#ffffff")
PLAIN_DARK = ("#70cadb", "#12303a", "#17788c", "#ffffff")


def preview(branding: Branding, typed: dict[str, Any]) -> dict[str, object]:
    """For branding/preview.html. What cannot be a colour is drawn as if it were not there."""
    light, dark = _colour(typed.get("accent")), _colour(typed.get("dark_accent"))
    if light and not dark:
        dark = colours.nearest_readable(light, colours.DARK)
    return {
        "windows": [
            Window(_("In the light"), *LIGHT, *_tones(light, colours.LIGHT, PLAIN_LIGHT)),
            Window(_("In the dark"), *DARK, *_tones(light and dark, colours.DARK, PLAIN_DARK)),
        ],
        "name": str(typed.get("name") or "").strip()[:60] or provider().name,
        "logo_url": branding.brand.logo_url,
    }


def _tones(
    colour: str, mode: colours.Mode, plain: tuple[str, str, str, str]
) -> tuple[str, str, str, str]:
    return (colour, colours.soft(colour, mode), colour, mode.on_button) if colour else plain


def _colour(typed: object) -> str:
    try:
        return colours.parse(str(typed or ""))
    except ValueError:
        return ""
