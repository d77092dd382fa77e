"""What the shell offers: commands and options, and names that the API knows."""

from collections.abc import Callable
from contextlib import closing

import click
import httpx
from click.shell_completion import CompletionItem, get_completion_class

from kuploy_cli import finding, settings

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
VARIABLE = "_KUPLOY_COMPLETE"
PATIENCE = 2.0
MOST = 50


def _names(path: str, key: str) -> Complete:
    """Whatever goes wrong, the shell offers nothing: no place for a message."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            named = None if path == "/clients" else ctx.params.get("client")
            kept = settings.read()
            api = finding.opened(kept, named, _silent, tries=1, timeout=PATIENCE)
            with closing(api.http):
                rows = api.get(path, q=incomplete, limit=MOST)
        except (click.ClickException, httpx.HTTPError, ValueError):
            return []
        found, typed = [row[key] for row in rows], incomplete.casefold()
        return [CompletionItem(name) for name in found if name.casefold().startswith(typed)]

    return complete


def _silent(_note: str) -> None:
    pass


domains = _names("/domains", "name")
mailboxes = _names("/mailboxes", "address")
aliases = _names("/aliases", "address")
clients = _names("/clients", "name")


def script(shell: str, command: click.Command) -> str:
    """To be evaluated by that shell when it starts."""
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    return found(command, {}, "kuploy", VARIABLE).source()
