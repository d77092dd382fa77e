"""What ends a command, in words for a person and with an exit code for a script."""

from enum import IntEnum
from typing import IO, Any

import click
import httpx


class Exit(IntEnum):
    """They do not change: scripts rely on them."""

    REFUSED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    NOT_FOUND = 4
    AWAY = 5
    STILL_RUNNING = 6
    WRONG_DNS = 7
    INTERRUPTED = 130


class Failure(click.ClickException):
    """One sentence, and a line for each field that is wrong."""

    def __init__(self, message: str, code: Exit, fields: list[tuple[str, str]] | None = None):
        super().__init__(message)
        self.exit_code = int(code)  # type: ignore[misc]  # each has its own
        self.fields = fields or []

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"kuploy: {printable(self.message)}", err=True)
        for field, detail in self.fields:
            click.echo(f"  {printable(f'{field}: {detail}' if field else detail)}", err=True)


def printable(text: object) -> str:
    """On one line, without what a terminal would obey: names and sentences come from others."""
    return "".join(each if each.isprintable() else " " for each in str(text))


def of_response(response: httpx.Response) -> Failure:
    """What the problem document says; a proxy, or another site, has none."""
    if response.headers.get("Content-Type") != "application/problem+json":
        return no_panel(response)
    problem = response.json()
    fields = [_field(each) for each in problem["errors"]]
    message = f"{problem['title']}:" if fields else problem["detail"]
    return Failure(message, _code(response.status_code), fields)


def no_panel(response: httpx.Response) -> Failure:
    said = f"{response.status_code} {response.reason_phrase}"
    return Failure(f"No Kuploy panel answers at {response.url.host}, but: {said}.", Exit.AWAY)


def _field(entry: dict[str, str]) -> tuple[str, str]:
    pointer = entry.get("pointer", "").removeprefix("#/")
    name = pointer.replace("~1", "/").replace("~0", "~").replace("_", " ")
    return name or entry.get("parameter", ""), entry.get("detail", "")


def _code(status: int) -> Exit:
    if status in (401, 403):
        return Exit.NOT_ALLOWED
    if status == 404:
        return Exit.NOT_FOUND
    if status == 429 or status >= 500:
        return Exit.AWAY
    return Exit.REFUSED
