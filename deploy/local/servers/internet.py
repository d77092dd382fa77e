"""In place of the internet: a DNS server, and an outbox for mail that leaves."""

import shutil

from deploy.local import machine
from deploy.local.ports import is_listening
from deploy.local.processes import Server
from deploy.local.stack import CHECKOUT, PANEL_USER, Stack


def prepare(stack: Stack) -> None:
    machine.own_folder(stack.outbox, PANEL_USER, 0o700)
    machine.own_folder(stack.updated_zone.parent, PANEL_USER)
    if not stack.zone_file.exists():
        shutil.copyfile(CHECKOUT / "deploy" / "dns" / "demo.zone", stack.zone_file)


def dns_server(stack: Stack) -> Server:
    key_zone = {f"KUPLOY_{name}": value for name, value in stack.key_zone().items()}
    files = [str(stack.zone_file), str(stack.updated_zone)]
    return _server(stack, "dns", *files, environment=key_zone)


def outbox_server(stack: Stack) -> Server:
    return _server(stack, "outbox", str(stack.outbox))


def _server(
    stack: Stack, name: str, argument: str, *more: str, environment: dict[str, str] | None = None
) -> Server:
    module = {"dns": "deploy.dns", "outbox": "deploy.sink"}[name]
    port = stack.ports[name]
    return Server(
        name,
        [stack.python, "-m", module, argument, "127.0.0.1", str(port), *more],
        PANEL_USER,
        stack.folder,
        CHECKOUT,
        ready=lambda: is_listening(port),
        environment=environment or {},
    )
