"""What several commands ask for."""

import secrets
import sys
from typing import Any

import click

limited = click.option(
    "--limit", type=click.IntRange(0), default=50, show_default=True, help="Most rows; 0: all."
)
searched = click.option("-q", "--search", "q", default="", help="A part of the name.")
waiting = click.option(
    "--wait/--no-wait", default=True, show_default=True, help="Until it is done."
)
sure = click.option("--yes", is_flag=True, help="Do not ask again.")
UNITS = {"M": 2**20, "G": 2**30}


def size_of(typed: str) -> int:
    """8G, 512M."""
    word = typed.strip().upper().removesuffix("B")
    number, unit = word[:-1].strip(), UNITS.get(word[-1:], 0)
    if not (number.isdecimal() and unit):
        raise click.BadParameter(f"{typed!r} is no size such as 8G or 512M.")
    return int(number) * unit


def new_password(*, generate: bool, from_stdin: bool) -> str:
    """Never an argument: those stand in the process list and in the history."""
    if generate:
        return secrets.token_urlsafe(15)
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def with_password(command: Any) -> Any:
    generated = click.option("--generate", is_flag=True, help="Make one up and show it.")
    read = click.option("--password-stdin", "from_stdin", is_flag=True, help="Read it from there.")
    return generated(read(command))
