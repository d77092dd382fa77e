"""The command `kuploy` with all its nouns."""

import json
from contextlib import closing

import click

from kuploy_cli import asking, completion, settings
from kuploy_cli.api import Api
from kuploy_cli.commands import (
    account,
    aliases,
    billing,
    clients,
    domains,
    imports,
    migrations,
    notices,
    plans,
    rules,
    team,
)
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.session import Session, verb

NOUNS = [
    domains.domains, rules.mailboxes, aliases.aliases, account.usage, account.audit,
    account.jobs, notices.webhooks, notices.deliveries, notices.alerts, plans.plans,
    clients.clients, billing.billing, imports.imports, migrations.migrations, team.team,
]  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def kuploy() -> None:
    """Domains, mailboxes and all the rest of an account at a Kuploy panel.

    KUPLOY_URL says where the panel is; KUPLOY_TOKEN, or the file that KUPLOY_TOKEN_FILE names,
    has a token of the API. "kuploy login" keeps both.
    """


for noun in NOUNS:
    kuploy.add_command(noun)


@kuploy.command()
def login() -> None:
    """Keep the address of the panel and a token."""
    url = click.prompt("Address of the panel", err=True)
    token = click.prompt("Token", hide_input=True, err=True).strip()
    access = settings.checked(url.strip(), token)
    api = Api(access, lambda note: click.echo(note, err=True))
    with closing(api.http):
        try:
            api.get("/jobs/none")
        except Failure as failure:
            # The token is asked for before the job that there is not.
            if failure.exit_code != Exit.NOT_FOUND:
                raise
    click.echo(f"The token is good. It is kept in {settings.keep(access.url, access.token)}.")


@verb(kuploy, "api")
@click.argument("method", type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"]))
@click.argument("path")
@click.option("--body", help="A file with JSON; - is standard input.")
def call(session: Session, method: str, path: str, body: str | None) -> None:
    """Make any call of the API, such as: kuploy api GET /webhooks."""
    if not path.startswith("/"):
        raise click.UsageError("The path begins with a slash, after /api/v1.")
    try:
        sent = json.loads(asking.read(body)) if body else None
    except ValueError as error:
        raise click.UsageError(f"The body is not JSON: {error}.") from None
    answer = session.api.call(method, path, sent)
    if answer.content:
        click.echo(json.dumps(answer.json(), ensure_ascii=False, indent=2))


@kuploy.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def complete(shell: str) -> None:
    """Print the completion for a shell.

    Such as: eval "$(kuploy completion bash)"
    """
    click.echo(completion.script(shell, kuploy))
