"""Files that list what is to be made: sent, checked, then applied."""

from pathlib import Path

import click

from kuploy_cli.api import Row
from kuploy_cli.asking import read_bytes
from kuploy_cli.failures import Exit, Failure
from kuploy_cli.output import Column
from kuploy_cli.session import Session, follow, verb, waiting
from kuploy_cli.words import moment

COLUMNS = [
    Column("ID", "id", whole=True),
    Column("KIND", "kind"),
    Column("STATUS", "status"),
    Column("AT", "created_at", moment),
]


def counted(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in rows.items() if count)


DETAILS = [
    Column("File", "file_name"),
    Column("Kind", "kind"),
    Column("Mode", "mode"),
    Column("Status", "status"),
    Column("Problem", "problem"),
    Column("Rows", "rows", counted),
    Column("Sent", "created_at", moment),
    Column("Begun", "began_at", moment),
    Column("Ended", "ended_at", moment),
    Column("Id", "id"),
]
ROWS = [
    Column("LINE", "line", right=True),
    Column("STATE", "state"),
    Column("NAME", "key", whole=True),
    Column(
        "WHAT IS WRONG", "faults", lambda found: " ".join(each["sentence"] for each in found),
        whole=True,
    ),
]  # fmt: skip
KINDS = ["domain", "alias_domain", "mailbox", "alias"]


@click.group()
def imports() -> None:
    """Lists from files: sent and checked first, then applied."""


@verb(imports, "list")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def list_imports(session: Session, most: int | None) -> None:
    """List imports, the newest first."""
    session.out.rows(session.api.pages("/imports", most), COLUMNS, "id")


@verb(imports, "show")
@click.argument("import_id", metavar="ID")
def show(session: Session, import_id: str) -> None:
    """Show an import, and how far it is."""
    session.out.thing(session.api.get(f"/imports/{import_id}"), DETAILS, "id")


@verb(imports, "rows")
@click.argument("import_id", metavar="ID")
@click.option("--state", help="Such as conflict, invalid, made or left.")
@click.option("--limit", "most", type=click.IntRange(1), help="Most rows.")
def rows(session: Session, import_id: str, state: str | None, most: int | None) -> None:
    """List the rows of an import, and what is wrong with them."""
    pages = session.api.pages(f"/imports/{import_id}/rows", most, state=state)
    session.out.rows(pages, ROWS, "key")


@verb(imports, "send")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file")
@click.option("--mode", type=click.Choice(["default", "expert"]), default="default")
@waiting
def send(session: Session, kind: str, file: str, mode: str, wait: bool, timeout: int) -> None:
    """Send a CSV or xlsx file and have it checked; - is standard input. Nothing is made yet."""
    name = "import.csv" if file == "-" else Path(file).name
    about = {"kind": kind, "mode": mode}
    begun = session.api.upload("/imports/files", about, name, read_bytes(file))
    _ended(session, begun, wait, timeout)


@verb(imports, "apply")
@click.argument("import_id", metavar="ID")
@waiting
def apply(session: Session, import_id: str, wait: bool, timeout: int) -> None:
    """Have all good rows made."""
    _ended(session, session.api.do(f"/imports/{import_id}/apply"), wait, timeout)


def _ended(session: Session, begun: Row, wait: bool, timeout: int) -> None:
    now = follow(session, begun, f"/imports/{begun['id']}", wait, timeout)
    session.out.thing(now, DETAILS, "id")
    if now["status"] in ("invalid", "failed"):
        raise Failure(f"The import is {now['status']}. {now['problem']}".strip(), Exit.REFUSED)


@verb(imports, "discard")
@click.argument("import_id", metavar="ID")
def discard(session: Session, import_id: str) -> None:
    """Discard an import that was not applied."""
    found = session.api.get(f"/imports/{import_id}")
    session.api.call("DELETE", f"/imports/{import_id}")
    session.out.done(f"{found['file_name']} is discarded.", found, "id")
