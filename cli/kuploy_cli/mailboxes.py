from typing import Any

import click

from kuploy_cli.options import (
    limited,
    new_password,
    searched,
    size_of,
    sure,
    waiting,
    with_password,
)
from kuploy_cli.output import Shell, size


@click.group()
def mailboxes() -> None:
    """Mailboxes."""


def _find(shell: Shell, address: str) -> dict[str, Any]:
    return shell.client.find("/mailboxes", "address", address)


@mailboxes.command("list")
@searched
@click.option("--domain", default="", help="Only those of that domain.")
@click.option("--state", type=click.Choice(["active", "disabled", "blocked", "deleting"]))
@click.option("--over", type=click.Choice(["80", "95", "100"]), help="Fuller than so many percent.")
@limited
@click.pass_obj
def list_(
    shell: Shell, q: str, domain: str, state: str | None, over: str | None, limit: int
) -> None:
    """List mailboxes."""
    if domain:
        domain = shell.client.find("/domains", "name", domain)["id"]
    rows = shell.client.rows("/mailboxes", limit, q=q, domain=domain, state=state, over=over)
    shell.table(rows, "address", "display_name", "state", "quota_bytes", "created_at")


@mailboxes.command()
@click.argument("address")
@click.pass_obj
def show(shell: Shell, address: str) -> None:
    """Show a mailbox, and how full it is."""
    box = _find(shell, address)
    usage = shell.client.get(f"/mailboxes/{box['id']}/usage")
    full = {"used_bytes": usage["bytes"], "messages": usage["messages"]}
    shell.one({**box, **full, "percent": usage["percent"]})


@mailboxes.command()
@click.argument("address")
@click.option("--name", "display_name", default="", help="Shown as the sender name.")
@click.option("--size", "quota_bytes", type=size_of, help="Such as 8G; else what the plan says.")
@with_password
@click.pass_obj
def create(shell: Shell, /, address: str, generate: bool, from_stdin: bool, **wanted: Any) -> None:
    """Create a mailbox."""
    local_part, _at, domain = address.rpartition("@")
    password = new_password(generate=generate, from_stdin=from_stdin)
    sent = {**wanted, "local_part": local_part, "domain": domain, "password": password}
    made = shell.client.create("/mailboxes", sent)
    if generate:
        made["password"] = password
    shown = f" Password: {password}" if generate else ""
    shell.say(f"{made['address']} is ready, {size(made['quota_bytes'])}.{shown}", made)


@mailboxes.command("set")
@click.argument("address")
@click.option("--name", "display_name", help="Shown as the sender name.")
@click.option("--size", "quota_bytes", type=size_of, help="Such as 8G.")
@click.option("--language", help="In which its user is written to.")
@click.pass_obj
def set_(shell: Shell, /, address: str, **wanted: Any) -> None:
    """Change name, size or language."""
    change = {name: value for name, value in wanted.items() if value is not None}
    if not change:
        raise click.UsageError("Say what to change: --name, --size or --language.")
    box = shell.client.call("PATCH", f"/mailboxes/{_find(shell, address)['id']}", body=change)
    shell.say(f"{address} is changed.", box.json())


@mailboxes.command()
@click.argument("address")
@with_password
@click.pass_obj
def password(shell: Shell, address: str, generate: bool, from_stdin: bool) -> None:
    """Change the password; open sessions end."""
    path = f"/mailboxes/{_find(shell, address)['id']}/password"
    new = new_password(generate=generate, from_stdin=from_stdin)
    box = shell.client.call("PUT", path, body={"password": new}).json()
    if generate:
        box["password"] = new
    shown = f" It is {new}" if generate else ""
    shell.say(f"{address} has a new password.{shown}", box)


def _act(name: str, done: str, words: str) -> None:
    @mailboxes.command(name, help=words)
    @click.argument("addresses", nargs=-1, required=True)
    @click.pass_obj
    def act(shell: Shell, addresses: tuple[str, ...]) -> None:
        for address in shell.each(addresses, name.capitalize()):
            path = f"/mailboxes/{_find(shell, address)['id']}/{name}"
            shell.say(f"{address} is {done}.", shell.client.call("POST", path).json())


_act("disable", "disabled", "No sign-in and no new mail; what is there stays.")
_act("enable", "active", "Let a disabled mailbox in again.")


@mailboxes.command()
@click.argument("addresses", nargs=-1, required=True)
@sure
@waiting
@click.pass_obj
def delete(shell: Shell, addresses: tuple[str, ...], yes: bool, wait: bool) -> None:
    """Delete mailboxes with all their mail, for good."""
    if not yes:
        click.confirm(f"Delete {', '.join(addresses)} and all mail?", abort=True, err=True)
    for address in shell.each(addresses, "Deleting"):
        begun = shell.client.call("DELETE", f"/mailboxes/{_find(shell, address)['id']}")
        job = shell.follow(begun.headers["Location"], f"Deleting {address}", wait=wait)
        shell.say(f"{address} is gone.", job)
