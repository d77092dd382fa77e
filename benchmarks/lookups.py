"""Look-ups as Dovecot and Postfix send them, against key look-ups of the same values."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from benchmarks.report import Figure, in_turn
from benchmarks.sizes import FIRST_NAMES, Size, domain_name, mirror_name
from deploy.local.stack import Stack

CLIENTS = 8
LOOKUPS_PER_CLIENT = 2000
ROUNDS = 9
QUERY = re.compile(r"query = SELECT (.+) FROM (\S+) WHERE (.+)")
CALL = re.compile(r"query = SELECT (mail\.\w+)\('%u', '%d'\)")
MIRRORS = """(SELECT box.local_part AS local, mirror.name AS domain FROM domains_domain AS mirror
               JOIN mailboxes_mailbox AS box ON box.domain_id = mirror.alias_of_id) AS mirrored"""
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
# What is looked up, with the variables of pgbench; {first} stands for a first name.
MAILBOX = f"{{first}}:number@{domain_name(':domain')}"
MIRRORED = f"{{first}}:number@{mirror_name(':number')}"
ALIAS = f"info@{domain_name(':domain')}"
# Dovecot puts this one together from dict-sieve.conf.
SIEVE = "query = SELECT id FROM mail.dovecot_sieve WHERE name = 'managed' AND username = '%u'"


@dataclass(frozen=True)
class LookUp:
    """A query, and the columns, source and keys of the table that is its floor."""

    name: str
    server: str
    query: str
    columns: str
    source: str
    condition: str
    among: range

    @property
    def keys(self) -> dict[str, str]:
        """Column and value, quoted."""
        return dict(re.findall(r"(\w+) = ('[^']*')", self.condition))


def measure(size: Size) -> Iterator[Figure]:
    """In the database that Django is connected to."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE")
        cursor.execute("CREATE SCHEMA floor")
        cursor.execute("GRANT USAGE ON SCHEMA floor TO kuploy_dovecot, kuploy_postfix")
    for lookup in _lookups(size):
        yield _measure(lookup, size)


def _lookups(size: Size) -> Iterator[LookUp]:
    conf = Path(os.environ["KUPLOY_STACK"])
    queries = "\n".join(path.read_text() for path in sorted((conf / "dovecot/conf").glob("*.conf")))
    asked = {query[2]: query for query in QUERY.finditer(queries)}
    for name, view in (("sign-in", "mail.dovecot_login"), ("user", "mail.dovecot_user")):
        yield _of_dovecot(name, asked.get(view), size)
    yield _of_dovecot("sieve", QUERY.fullmatch(SIEVE), size)
    subjects = {
        "mailbox": (MAILBOX, size.numbers),
        "domain": (domain_name(":domain"), size.primaries),
        "alias": (ALIAS, size.primaries),
        "catchall": (f"@{domain_name(':domain')}", size.primaries),
        "sender": (MAILBOX, size.numbers),
        "sender_alias": (ALIAS, size.primaries),
        "full": (MAILBOX, size.numbers),
    }
    for name, (subject, among) in subjects.items():
        query = QUERY.search((conf / f"postfix/conf/maps/{name}.cf").read_text())
        local_part, _, domain = subject.rpartition("@")
        values = {"%s": subject, "%u": local_part, "%d": domain}
        yield _lookup(name.replace("_", " "), "postfix", query, values, among)
    for name in ("alias_domain", "sender_alias_domain"):
        call = CALL.search((conf / f"postfix/conf/maps/{name}.cf").read_text())
        yield _call(name.replace("_", " "), call, size)


def _of_dovecot(name: str, query: re.Match[str] | None, size: Size) -> LookUp:
    values = {"%u": MAILBOX, "%{user}": MAILBOX, "%s": "lmtp", "%{protocol}": "lmtp"}
    return _lookup(name, "dovecot", query, values, size.numbers)


def _lookup(
    name: str, server: str, query: re.Match[str] | None, values: dict[str, str], among: range
) -> LookUp:
    assert query, f"no query for {name}"
    columns, view, condition = query.groups()
    for placeholder, value in values.items():
        condition = condition.replace(placeholder, value)
    asked = f"SELECT {columns} FROM {view} WHERE {condition}"
    return LookUp(name, server, asked, columns, view, condition, among)


def _call(name: str, call: re.Match[str] | None, size: Size) -> LookUp:
    assert call, f"no call for {name}"
    local_part, _, domain = MIRRORED.rpartition("@")
    asked = f"SELECT {call[1]}('{local_part}', '{domain}')"
    condition = f"local = '{local_part}' AND domain = '{domain}'"
    columns = f"{call[1]}(local, domain)"
    return LookUp(name, "postfix", asked, columns, MIRRORS, condition, size.mirrors)


def _measure(lookup: LookUp, size: Size) -> Figure:
    floor = _make_floor(lookup)
    ours_rate, floor_rate = in_turn(
        ROUNDS, lambda: _rate(lookup, lookup.query, size), lambda: _rate(lookup, floor, size)
    )
    return Figure(f"look-up: {lookup.name}", size.name, ours_rate, floor_rate, "1/s")


def _make_floor(lookup: LookUp) -> str:
    """A table with the values of the source, keyed by what is asked; the query to ask it."""
    table = f'floor."{lookup.name}"'
    keys = ", ".join(f"key_{key}" for key in lookup.keys)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lookup.columns} FROM {lookup.source} LIMIT 0")
        columns = ", ".join(f'"{column.name}"' for column in cursor.description)
        aliases = ", ".join(f"{key} AS key_{key}" for key in lookup.keys)
        cursor.execute(
            f"CREATE TABLE {table} AS SELECT DISTINCT ON ({', '.join(lookup.keys)})"
            f" {aliases}, {lookup.columns} FROM {lookup.source}"
        )
        cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({keys})")
        cursor.execute(f"GRANT SELECT ON {table} TO kuploy_{lookup.server}")
        cursor.execute(f"VACUUM ANALYZE {table}")
    condition = " AND ".join(f"key_{key} = {value}" for key, value in lookup.keys.items())
    return f"SELECT {columns} FROM {table} WHERE {condition}"


def _rate(lookup: LookUp, query: str, size: Size) -> float:
    """Look-ups a second, by pgbench with the simple protocol."""
    stack = Stack.load(Path(os.environ["KUPLOY_STACK"]))
    database = connection.settings_dict
    with TemporaryDirectory() as folder:
        scripts = list(_scripts(Path(folder), lookup, query, size))
        done = subprocess.run(
            [_pgbench(), "-n", "-M", "simple", "-j", "2"]
            + ["-c", str(CLIENTS), "-t", str(LOOKUPS_PER_CLIENT)]
            + [option for script in scripts for option in ("-f", script)]
            + ["-h", database["HOST"], "-p", database["PORT"]]
            + ["-U", f"kuploy_{lookup.server}", str(database["NAME"])],
            env={**os.environ, "PGPASSWORD": stack.secrets[f"{lookup.server}_database"]},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = RATE.search(done.stdout)
    assert found, done.stdout
    return float(found[1])


def _scripts(folder: Path, lookup: LookUp, query: str, size: Size) -> Iterator[str]:
    """One for each first name; pgbench takes one of them at random each time."""
    draw = f"\\set number random(0, {lookup.among[-1]})\n"
    draw += f"\\set domain :number % {len(size.primaries)}\n"
    for first in FIRST_NAMES if "{first}" in query else [""]:
        script = folder / f"{first}.sql"
        script.write_text(f"{draw}{query.replace('{first}', first)};\n")
        yield str(script)


def _pgbench() -> str:
    """Debian keeps it apart from the programs in PATH."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/pgbench")
    return str(max(versions, key=lambda path: int(path.parts[-3])))
