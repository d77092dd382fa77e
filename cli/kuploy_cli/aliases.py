import click

from kuploy_cli.options import limited, searched
from kuploy_cli.output import Shell


@click.group()
def aliases() -> None:
    """Aliases."""


@aliases.command("list")
@searched
@limited
@click.pass_obj
def list_(shell: Shell, q: str, limit: int) -> None:
    """List aliases."""
    shell.table(shell.client.rows("/aliases", limit, q=q), "address", "targets", "created_at")


@aliases.command()
@click.argument("address")
@click.argument("targets", nargs=-1, required=True)
@click.pass_obj
def create(shell: Shell, address: str, targets: tuple[str, ...]) -> None:
    """Create an alias that leads to these addresses."""
    local_part, _at, domain = address.rpartition("@")
    sent = {"local_part": local_part, "domain": domain, "targets": list(targets)}
    shell.say(f"{address} is ready.", shell.client.create("/aliases", sent))


@aliases.command("set")
@click.argument("address")
@click.argument("targets", nargs=-1, required=True)
@click.pass_obj
def set_(shell: Shell, address: str, targets: tuple[str, ...]) -> None:
    """Let an alias lead to these addresses."""
    path = f"/aliases/{shell.client.find('/aliases', 'address', address)['id']}"
    changed = shell.client.call("PATCH", path, body={"targets": list(targets)}).json()
    shell.say(f"{address} is changed.", changed)


@aliases.command()
@click.argument("addresses", nargs=-1, required=True)
@click.pass_obj
def delete(shell: Shell, addresses: tuple[str, ...]) -> None:
    """Delete aliases."""
    for address in shell.each(addresses, "Deleting"):
        alias = shell.client.find("/aliases", "address", address)
        shell.client.call("DELETE", f"/aliases/{alias['id']}")
        shell.say(f"{address} is gone.", alias)
