"""The command `kuploy`."""

import json
from typing import Any

import click
from click.shell_completion import get_completion_class

from kuploy_cli import config
from kuploy_cli.aliases import aliases
from kuploy_cli.client import Client
from kuploy_cli.domains import domains
from kuploy_cli.mailboxes import mailboxes
from kuploy_cli.options import limited, searched
from kuploy_cli.output import Shell

COMPLETE = "_KUPLOY_COMPLETE"
# They say nothing to the panel, or only begin to.
WITHOUT_TOKEN = ("login", "completion")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--account", default="", metavar="ID", help="A reseller's: work for that client.")
@click.pass_context
def main(context: click.Context, as_json: bool, account: str) -> None:
    """Domains, mailboxes and aliases of a Kuploy panel.

    KUPLOY_URL says where the panel is; KUPLOY_TOKEN, or a file named by KUPLOY_TOKEN_FILE, has a
    token of the API. `kuploy login` keeps both.
    """
    if context.invoked_subcommand not in WITHOUT_TOKEN:
        client = context.with_resource(Client(config.read(), account))
        context.obj = Shell(client, as_json)


for group in (domains, mailboxes, aliases):
    main.add_command(group)


@main.command()
def login() -> None:
    """Keep the address of the panel and a token."""
    url = str(click.prompt("Address of the panel", err=True)).rstrip("/")
    token = click.prompt("Token", hide_input=True, err=True)
    access = config.Access(url, token)
    with Client(access) as client:
        client.check()
    click.echo(f"The token is good. It is kept in {config.keep(access)}.")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands: eval "$(kuploy completion bash)"."""
    kind = get_completion_class(shell)
    if kind:
        click.echo(kind(main, {}, "kuploy", COMPLETE).source())


@main.command()
@click.pass_obj
def account(shell: Shell) -> None:
    """What the plan holds, and what is used."""
    shell.one(shell.client.get("/account"))


@main.command()
@searched
@limited
@click.pass_obj
def activity(shell: Shell, q: str, limit: int) -> None:
    """Who did what."""
    shell.table(shell.client.rows("/audit-events", limit, q=q), "at", "who", "sentence")


@main.command()
@limited
@click.pass_obj
def alerts(shell: Shell, limit: int) -> None:
    """What happened."""
    shell.table(shell.client.rows("/alerts", limit), "at", "title", "body")


@main.command()
@searched
@limited
@click.pass_obj
def clients(shell: Shell, q: str, limit: int) -> None:
    """A reseller's clients. Their ids are for --account."""
    rows = shell.client.rows("/clients", limit, q=q)
    shell.table(rows, "name", "plan", "domains", "mailboxes", "aliases", "id")


@main.command()
@click.argument("method", type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"]))
@click.argument("path")
@click.option("--body", type=click.File(), help="A file with JSON; - reads what is piped in.")
@click.pass_obj
def api(shell: Shell, method: str, path: str, body: Any) -> None:
    """Any call of the API, such as: kuploy api GET /webhooks."""
    try:
        sent = json.load(body) if body else None
    except ValueError as error:
        raise click.ClickException(f"The body is not JSON: {error}.") from error
    answer = shell.client.call(method, path, body=sent)
    if answer.content:
        click.echo(json.dumps(answer.json(), indent=2))


if __name__ == "__main__":
    main(prog_name="kuploy")
