"""Colours of a brand: can they be read, which ones near by can, and the style sheet of them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

READABLE = 4.5  # WCAG 2.2 AA, text on its ground
STEPS = 200
HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
STYLE_NAME = re.compile(r"([0-9a-f]{6})-([0-9a-f]{6})-[0-9a-f]{8}")
Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mode:
    """What links and marked items stand on, as in kuploy.css, and where colours move to."""

    grounds: tuple[str, ...]  # paper, surface, sunken, hover
    surface: str
    soft: float  # how much of the colour is in the ground of what is marked
    towards: str  # becomes easier to read
    on_button: str


LIGHT = Mode(("#f5f7f7", "#ffffff", "#eef2f2", "#f3f7f7"), "#ffffff", 0.1, "#000000", "#ffffff")
DARK = Mode(("#0e1415", "#151c1e", "#1b2426", "#1a2325"), "#151c1e", 0.18, "#ffffff", "#0e1415")


def parse(typed: str) -> str:
    """As #rrggbb; ValueError for what is no colour."""
    match = HEX.fullmatch(typed.strip())
    if match is None:
        raise ValueError(typed)
    digits = match[1].lower()
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def worst_contrast(colour: str, mode: Mode) -> float:
    """On whatever it stands as text or as a button's ground."""
    grounds = (*mode.grounds, soft(colour, mode), mode.on_button)
    return min(contrast(colour, ground) for ground in grounds)


def is_readable(colour: str, mode: Mode) -> bool:
    return worst_contrast(colour, mode) >= READABLE


def nearest_readable(colour: str, mode: Mode) -> str:
    """The colour itself, or the first on its way to black or white that can be read."""
    ways = (mix(mode.towards, colour, step / STEPS) for step in range(STEPS + 1))
    return next(each for each in ways if is_readable(each, mode))


def soft(colour: str, mode: Mode) -> str:
    return mix(colour, mode.surface, mode.soft)


def mix(colour: str, ground: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(255 * (a * share + b * (1 - share))):02x}" for a, b in pairs)


def sheet(light: str, dark: str) -> str:
    """The tokens of kuploy.css that follow the colour, for both modes."""
    pairs = {
        "--accent": (light, dark),
        "--accent-soft": (soft(light, LIGHT), soft(dark, DARK)),
        "--button": (light, dark),
        "--button-hover": (mix("#000000", light, 0.2), mix("#ffffff", dark, 0.2)),
        "--on-accent": (LIGHT.on_button, DARK.on_button),
        "--focus": (light, dark),
    }
    lines = "".join(f"{name}:light-dark({a},{b});" for name, (a, b) in pairs.items())
    return f":root{{{lines}}}\n"


@lru_cache(maxsize=1000)
def style_name(light: str, dark: str = "") -> str:
    """Names the style sheet of these; another one as soon as its content is another."""
    dark = dark or nearest_readable(light, DARK)
    mark = sha256(sheet(light, dark).encode()).hexdigest()[:8]
    return f"{light[1:]}-{dark[1:]}-{mark}"


def named_sheet(name: str) -> str | None:
    """The style sheet of that name; None when there is none."""
    match = STYLE_NAME.fullmatch(name)
    if match is None:
        return None
    light, dark = (f"#{digits}" for digits in match.groups())
    return sheet(light, dark) if style_name(light, dark) == name else None


def _luminance(colour: str) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue
