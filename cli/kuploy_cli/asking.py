"""What is asked of a person: passwords, and names before what cannot be undone."""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kuploy_cli.failures import Exit, Failure

Work = Callable[..., None]


def with_password(work: Work) -> Work:
    """Options for a command that sets a password, which is asked for without them."""
    generated = click.option("--generate", is_flag=True, help="Make one up, and print it.")
    file = click.option(
        "--password-file", type=click.Path(dir_okay=False, allow_dash=True),
        help="Read it from here; - is standard input.",
    )  # fmt: skip
    return generated(file(work))


def password(file: str | None, generate: bool) -> str:
    """Asked for twice, or the first line of the file. Never an argument: all users see those."""
    if generate:
        return secrets.token_urlsafe(15)
    if file is None:
        return _asked("Password", "--password-file or --generate", twice=True)
    return _first_line(file)


def known_password(whose: str, file: str | None, option: str) -> str:
    """One that there is already: asked for once, or the first line of the file."""
    return (
        _asked(f"Password of {whose}", option, twice=False) if file is None else _first_line(file)
    )


def _asked(words: str, otherwise: str, *, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"There is no terminal to ask at: use {otherwise}.")
    typed: str = click.prompt(words, hide_input=True, confirmation_prompt=twice, err=True)
    return typed


def _first_line(file: str) -> str:
    lines = read(file).splitlines()
    if not lines or not lines[0]:
        raise click.UsageError("The password is empty.")
    return lines[0]


def read(file: str) -> str:
    """The text of a file; - is standard input."""
    try:
        return read_bytes(file).decode()
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} cannot be read: it is not text in UTF-8.") from None


def read_bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from None


def with_yes(work: Work) -> Work:
    return click.option("--yes", is_flag=True, help="Do not ask for the name first.")(work)


def sure(name: str, what: str, yes: bool) -> None:
    """Returns if NAME was typed, or --yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{what} There is no terminal to ask at: say --yes.")
    click.echo(what, err=True)
    typed: Any = click.prompt(f"Type {name} to go on", err=True, default="", show_default=False)
    if typed.strip() != name:
        raise Failure(f"That is not {name}. Nothing was done.", Exit.REFUSED)
