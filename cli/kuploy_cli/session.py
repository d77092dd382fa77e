"""What every command has: the API, the output, and the three options that all commands know."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import wraps
from typing import Any

import click

from kuploy_cli import completion, finding, settings, watching
from kuploy_cli.api import Api, Row
from kuploy_cli.output import Output

Work = Callable[..., None]


class Session:
    def __init__(self, api: Api, out: Output) -> None:
        self.api, self.out = api, out


def verb(group: click.Group, name: str) -> Callable[[Work], click.Command]:
    """A command of the group, whose function gets the session first."""

    def decorate(work: Work) -> click.Command:
        @group.command(name)
        @click.option("--json", "as_json", is_flag=True, help="Answer in JSON; lists a line a row.")
        @click.option("-q", "--quiet", is_flag=True, help="Names or ids alone; no notes.")
        @click.option(
            "--client",
            shell_complete=completion.clients,
            help="Work in the account of this client.",
        )
        @wraps(work)
        def run(*, as_json: bool, quiet: bool, client: str | None, **typed: Any) -> None:
            out = Output(as_json, quiet)
            api = finding.opened(settings.read(), client, out.note)
            with closing(api.http):
                work(Session(api, out), **typed)

        return run

    return decorate


def each(session: Session, names: Sequence[str], what: str) -> Iterator[str]:
    """One after another, with a bar when there are several."""
    with watching.counted(session.out, what, len(names)) as step:
        for name in names:
            yield name
            step()


def waiting(work: Work) -> Work:
    """For commands that begin what goes on after the answer."""
    timeout = click.option(
        "--timeout", type=click.IntRange(1), default=300, show_default=True,
        help="Most seconds to wait.",
    )  # fmt: skip
    wait = click.option("--wait/--no-wait", default=True, help="Wait for the end (the default).")
    return wait(timeout(work))


def follow(session: Session, begun: Row, path: str, wait: bool, timeout: int) -> Row:
    """BEGUN as it is at the end; with --no-wait as it is."""
    if not wait:
        return begun
    return watching.follow(session.api, session.out, begun, path, timeout)
