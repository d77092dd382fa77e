"""Starts the servers of a stack in order, watches them, and stops them in reverse."""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import interruption, processes
from deploy.local.errors import CannotRun
from deploy.local.processes import Server
from deploy.local.servers import dovecot, internet, mail, panel, postfix, postgres, redis, rspamd
from deploy.local.stack import Stack, run_folder


def servers(stack: Stack) -> list[Server]:
    """All of them, in the order in which they start."""
    base = [
        postgres.server(stack),
        redis.server(stack),
        internet.dns_server(stack),
        internet.outbox_server(stack),
        dovecot.server(stack),
        panel.keys(stack),
        rspamd.server(stack),
        postfix.server(stack),
        mail.waker(stack),
    ]
    if stack.kind != "run":
        return base
    return [
        *base,
        panel.web(stack),
        panel.worker(stack),
        panel.checker(stack),
        panel.sender(stack),
        panel.importer(stack),
        panel.mail_worker(stack),
        panel.mover(stack),
        panel.beat(stack),
    ]


def find(stack: Stack, name: str) -> Server:
    known = {server.name: server for server in servers(stack)}
    if name not in known:
        raise CannotRun(f"There is no server '{name}': choose one of {', '.join(known)}.")
    return known[name]


@contextmanager
def only_one(command: str) -> Iterator[None]:
    """One `make run`, one `make test` and so on at a time in a run folder; the second is told."""
    folder = run_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{command}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"'make {command}' is running already in {folder}: stop it first"
                " (Ctrl-C in its window), or set KUPLOY_RUN to another folder."
            ) from None
        try:
            yield
        finally:
            # A start that was refused leaves no folder behind.
            if all(path.suffix == ".lock" for path in folder.iterdir()):
                shutil.rmtree(folder)


def stop_leftovers(folder: Path) -> None:
    """A run that was killed could not stop its servers: do it now."""
    left = sorted((folder / "pids").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    if any(processes.leader(pid_file) for pid_file in left):
        print("Stopping the servers of an earlier start ...", flush=True)
    for pid_file in left:
        processes.stop(pid_file)


def start(stack: Stack) -> list[dict[str, str]]:
    """Start everything; returns the demonstration's sign-ins, if it has any."""
    logins: list[dict[str, str]] = []
    for module in (postgres, redis, internet, dovecot, rspamd, postfix):
        module.prepare(stack)
    for server in servers(stack):
        if server.name == "web":
            logins = panel.prepare(stack)
        server.start()
        if server.name == "postgres":
            postgres.create_roles(stack)
    return logins


def stop(stack: Stack) -> None:
    interruption.ignore()
    for server in reversed(servers(stack)):
        server.stop()


def watch(stack: Stack, make: interruption.Make) -> None:
    """Wait for ever; a CannotRun tells which server ended by itself."""
    watched = servers(stack)
    while True:
        make.check()
        for server in watched:
            if not server.is_alive():
                raise CannotRun(
                    f"{server.name} ended by itself, so everything stops.\n{server.last_lines()}"
                )
        time.sleep(0.5)
