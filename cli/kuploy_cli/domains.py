import click

from kuploy_cli.options import limited, searched, sure, waiting
from kuploy_cli.output import Shell


@click.group()
def domains() -> None:
    """Domains, their ownership and DNS."""


@domains.command("list")
@searched
@click.option("--status", type=click.Choice(["pending", "active", "suspended", "removing"]))
@limited
@click.pass_obj
def list_(shell: Shell, q: str, status: str | None, limit: int) -> None:
    """List domains."""
    rows = shell.client.rows("/domains", limit, q=q, status=status)
    shell.table(rows, "unicode_name", "status", "healthy", "mailbox_count", "alias_count")


@domains.command()
@click.argument("name")
@click.pass_obj
def show(shell: Shell, name: str) -> None:
    """Show a domain."""
    shell.one(shell.client.find("/domains", "name", name))


@domains.command()
@click.argument("name")
@click.option("--alias-of", default="", help="The domain that it mirrors.")
@click.pass_obj
def add(shell: Shell, name: str, alias_of: str) -> None:
    """Add a domain."""
    made = shell.client.create("/domains", {"name": name, "alias_of": alias_of})
    shell.say(f"{made['unicode_name']} is added. See `kuploy domains prove {name}`.", made)


@domains.command()
@click.argument("name")
@click.pass_obj
def dns(shell: Shell, name: str) -> None:
    """What to publish, and what the last check found."""
    domain = shell.client.find("/domains", "name", name)
    rows = shell.client.rows(f"/domains/{domain['id']}/dns", 0)
    shell.table(rows, "type", "host", "priority", "value", "state", "sentence")


@domains.command()
@click.argument("name")
@click.option("--mail-to", default="", metavar="LOCAL-PART", help="Have a code mailed there.")
@click.option("--code", is_flag=True, help="Type the code that was mailed.")
@click.pass_obj
def prove(shell: Shell, name: str, mail_to: str, code: bool) -> None:
    """Prove that a domain is yours: by a record, or by a mailed code."""
    path = f"/domains/{shell.client.find('/domains', 'name', name)['id']}/ownership"
    if mail_to:
        sent = shell.client.call("POST", f"{path}/code", body={"local_part": mail_to}).json()
        shell.say(f"A code is on its way to {sent['code']['address']}.", sent)
    elif code:
        typed = click.prompt("Code", err=True)
        domain = shell.client.call("POST", f"{path}/proof", body={"code": typed}).json()
        shell.say(f"{name} is yours. It is {domain['status']} now.", domain)
    else:
        records = shell.client.get(path)["records"]
        shell.table(records, "type", "name", "value", "state", "sentence")


@domains.command()
@click.argument("name")
@waiting
@click.pass_obj
def check(shell: Shell, name: str, wait: bool) -> None:
    """Check the DNS records now."""
    domain = shell.client.find("/domains", "name", name)
    begun = shell.client.call("POST", f"/domains/{domain['id']}/dns/checks")
    job = shell.follow(begun.headers["Location"], f"Checking {name}", wait=wait)
    if job["state"] == "done":
        rows = shell.client.rows(f"/domains/{domain['id']}/dns", 0)
        shell.table(rows, "type", "host", "state", "sentence")
    else:
        shell.say(f"{name} is being checked.", job)


@domains.command()
@click.argument("name")
@sure
@waiting
@click.pass_obj
def remove(shell: Shell, name: str, yes: bool, wait: bool) -> None:
    """Remove a domain with all its mail, for good."""
    domain = shell.client.find("/domains", "name", name)
    sentence = f"{domain['mailbox_count']} mailboxes and their mail go with {name}. Remove it?"
    if not yes:
        click.confirm(sentence, abort=True, err=True)
    begun = shell.client.call("DELETE", f"/domains/{domain['id']}")
    job = shell.follow(begun.headers["Location"], f"Removing {name}", wait=wait)
    shell.say(f"{name} is gone.", job)
