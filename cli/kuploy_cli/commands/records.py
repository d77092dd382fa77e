"""DNS records: for people in blocks, since a DKIM key fits no column."""

import click

from kuploy_cli.api import Row
from kuploy_cli.failures import printable
from kuploy_cli.output import Column, Output, styled

COLUMNS = [
    Column("STATE", "state"),
    Column("TYPE", "type"),
    Column("NAME", "name"),
    Column("PRIORITY", "priority"),
    Column("VALUE", "value"),
]
INDENT = "    "


def show_records(out: Output, records: list[Row]) -> None:
    if not out.for_people:
        out.rows([records] if records else [], COLUMNS, "name")
        return
    for record in records:
        _show(out, record)


def _show(out: Output, record: Row) -> None:
    priority = "" if record["priority"] is None else f"  priority {record['priority']}"
    click.secho(printable(f"{record['type']}  {record['name']}{priority}  "), bold=True, nl=False)
    out.console.print(styled(printable(record["state"])))
    click.echo(INDENT + printable(record["value"]))
    for sentence in filter(None, [record["sentence"], record["failure"]]):
        click.echo(INDENT + printable(sentence))
    if record["state"] not in ("ok", "unknown"):
        _say("found", record["found"])
        _say("publish instead", [record["instead"]] if record["instead"] else [])


def _say(what: str, values: list[str]) -> None:
    for value in values:
        click.echo(f"{INDENT}{what}: {printable(value)}")
