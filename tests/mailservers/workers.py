"""The panel's own workers and beats as real processes, on the database of the tests."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings

from deploy.local import machine
from deploy.local.processes import Server, leader
from deploy.local.servers import panel
from deploy.local.stack import PANEL_USER
from tests.mailservers.clients import STACK

# What turns a crossing into messages: beat, the panel's worker, the sender, the mail host's worker.
CHAIN = (panel.beat, panel.worker, panel.sender, panel.mail_worker)


def server(make, number: int = 1) -> Server:
    """The same program as in `make run`; several of a kind have numbers."""
    plain = make(STACK)
    name = f"{plain.name}-{number}"
    command = [word.replace("@%h", f"{number}@%h") for word in plain.command]
    command = [word.replace("beat/schedule", f"beat/schedule{number}") for word in command]
    database = settings.DATABASES["default"]["NAME"]
    url = os.environ["KUPLOY_DATABASE_URL"].replace("/kuploy?", f"/{database}?")
    environment = {**plain.environment, "KUPLOY_DATABASE_URL": url}
    return replace(plain, name=name, command=command, environment=environment)


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    machine.own_folder(STACK.folder / "beat", PANEL_USER)
    try:
        for each in servers:
            each.start()
        yield
    finally:
        for each in servers:
            each.stop()


def kill(server: Server) -> None:
    """As the kernel does when memory runs out, without a clean end; then it is started anew."""
    if (pid := leader(server.pid_file)) is not None:
        os.killpg(pid, signal.SIGKILL)
    server.stop()
    server.start()
