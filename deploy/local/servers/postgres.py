"""A private PostgreSQL cluster, reached through a socket in the run folder only."""

import os
import pwd
import signal
import subprocess
from pathlib import Path

from deploy.local import machine
from deploy.local.errors import CannotRun
from deploy.local.processes import Server
from deploy.local.stack import CHECKOUT, Stack
from deploy.templates import render_file

USER = "postgres"
VERSIONS = Path("/usr/lib/postgresql")
TEMPLATES = CHECKOUT / "deploy" / "postgres"


def folder(stack: Stack) -> Path:
    return stack.folder / "postgres"


def prepare(stack: Stack) -> None:
    home = folder(stack)
    machine.own_folder(home, USER)
    sync = "on" if stack.kind != "test" else "off"
    values = {"POSTGRES_SOCKETS": str(home), "FSYNC": sync}
    for name in ("postgresql.conf", "pg_hba.conf"):
        render_file(TEMPLATES / name, home / name, values)
    if not (home / "data" / "PG_VERSION").exists():
        command = [str(_programs(stack) / "initdb"), "-D", str(home / "data"), "-U", USER]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _as_postgres(stack, [*command, "--auth=scram-sha-256", "--auth-local=peer"])


def server(stack: Stack) -> Server:
    home = folder(stack)
    ready = [str(_programs(stack) / "pg_isready"), "-q", "-h", str(home)]
    settings = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf"}
    options = [f"--{name}={home / file}" for name, file in settings.items()]
    return Server(
        "postgres",
        [str(_programs(stack) / "postgres"), "-D", str(home / "data"), *options],
        USER,
        stack.folder,
        home,
        ready=lambda: subprocess.run(ready, check=False).returncode == 0,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, and syncs
    )


def create_roles(stack: Stack) -> None:
    """Roles, passwords and databases, as deploy/postgres/roles.sql says. Safe to repeat."""
    for database in {"kuploy", stack.database}:
        passwords = {
            "KUPLOY_DB_NAME": database,
            "KUPLOY_DB_PASSWORD": stack.secrets["database"],
            "KUPLOY_DOVECOT_DB_PASSWORD": stack.secrets["dovecot_database"],
            "KUPLOY_POSTFIX_DB_PASSWORD": stack.secrets["postfix_database"],
        }
        _psql(stack, ["-f", str(TEMPLATES / "roles.sql")], passwords)
    if stack.kind != "run":
        _psql(stack, ["-c", "ALTER ROLE kuploy CREATEDB"], {})


def _psql(stack: Stack, arguments: list[str], environment: dict[str, str]) -> None:
    command = [str(_programs(stack) / "psql"), "-Xq", "-h", str(folder(stack)), "-d", "postgres"]
    _as_postgres(stack, command + arguments, environment)


def _as_postgres(
    stack: Stack, command: list[str], environment: dict[str, str] | None = None
) -> None:
    done = subprocess.run(
        command,
        user=USER,
        group=pwd.getpwnam(USER).pw_gid,
        extra_groups=[],
        cwd=folder(stack),
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotRun(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout}")


def _programs(stack: Stack) -> Path:
    """The programs that fit the cluster; the newest ones for a new cluster."""
    version_file = folder(stack) / "data" / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text().strip()
    else:
        version = max((path.name for path in VERSIONS.iterdir()), key=int)
    if not (VERSIONS / version / "bin" / "postgres").exists():
        raise CannotRun(
            f"The data in {folder(stack)} is PostgreSQL {version}'s, which is not installed:"
            f" install postgresql-{version}, or remove that folder to begin anew."
        )
    return VERSIONS / version / "bin"
