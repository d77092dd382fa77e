"""Sizes and times: what people type, and what they read."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

# As in the panel: a gigabyte is 2^30 bytes.
UNITS = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
NO_LIMIT = "none"


class Size(click.ParamType[int]):
    """Such as 500MB, 2GB or a number of bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?B|)", value.strip(), re.I | re.A)
        if not found:
            self.fail(f"“{value}” is no size: type 500MB, 2GB or a number of bytes.", param, ctx)
        return int(float(found[1]) * UNITS[found[2].upper()])


class Count(click.ParamType[int]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if not (value.isascii() and value.isdecimal()):
            self.fail(f"“{value}” is no number.", param, ctx)
        return int(value)


class OrNone(click.ParamType[Any]):
    """What the other type takes, or “none”: no limit."""

    def __init__(self, kind: click.ParamType[int]) -> None:
        self.kind, self.name = kind, f"{kind.name}|{NO_LIMIT}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return NO_LIMIT if value == NO_LIMIT else self.kind.convert(value, param, ctx)


def chosen(**typed: Any) -> dict[str, Any]:
    """What was typed at all, as the API takes it: “none” becomes null."""
    return {
        name: None if value == NO_LIMIT else value
        for name, value in typed.items()
        if value is not None
    }


def size(number: int | None) -> str:
    if number is None:
        return "no limit"
    unit = next(
        unit for unit in ("TB", "GB", "MB", "KB", "B") if number >= UNITS[unit] or unit == "B"
    )
    return f"{number / UNITS[unit]:.1f}".removesuffix(".0") + f" {unit}"


def limit(number: int | None) -> str:
    return "no limit" if number is None else str(number)


def share(used: int, most: int | None, shown: Callable[[int | None], str] = limit) -> str:
    return f"{shown(used)} of {shown(most)}" if most is not None else f"{shown(used)}, no limit"


def moment(text: str | None) -> str:
    """In the time of this machine."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def yes(value: bool) -> str:
    return "yes" if value else "no"
