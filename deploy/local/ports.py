"""Which loopback port belongs to whom."""

import os
import random
import socket

from deploy.local.errors import CannotRun

# `make run` uses these; KUPLOY_PORT_WEB=8001 and the like choose others.
DEFAULTS = {
    "web": 8000,
    "imap": 10143,
    "imaps": 10993,
    "smtp": 10025,
    "submission": 10587,
    "lmtp": 10024,
    "dns": 10053,
    "doveadm": 10080,
    "internal": 10026,
    "outbox": 10027,
    "redis": 10379,
    "incoming_milter": 10028,
    "outgoing_milter": 10029,
    "keys": 10030,
}
# Below the ports that the system hands out to clients.
FREE_RANGE = range(20_000, 32_000)


def chosen() -> dict[str, int]:
    """The ports of `make run`. Refuses when one of them is taken."""
    ports = {name: _from_environment(name, port) for name, port in DEFAULTS.items()}
    for name, port in ports.items():
        if list(ports.values()).count(port) > 1:
            raise CannotRun(f"Port {port} is given twice: set {_variable(name)} to another one.")
        if not _is_free(port):
            raise CannotRun(
                f"Port {port} ({name}) is in use: stop what uses it,"
                f" or choose another one with {_variable(name)}={port + 1}."
            )
    return ports


def free() -> dict[str, int]:
    """Ports that nobody uses, chosen at random so that several stacks live side by side."""
    candidates = (port for port in iter(lambda: random.choice(FREE_RANGE), 0) if _is_free(port))
    found: set[int] = set()
    while len(found) < len(DEFAULTS):
        found.add(next(candidates))
    return dict(zip(DEFAULTS, found, strict=True))


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def greets(port: int) -> bool:
    """A mail server listens before it can serve; its greeting comes when it can."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            return bool(client.recv(1))
    except OSError:
        return False


def _variable(name: str) -> str:
    return f"KUPLOY_PORT_{name.upper()}"


def _from_environment(name: str, default: int) -> int:
    variable = _variable(name)
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 1024 <= int(value) < 65536:
        raise CannotRun(f"{variable} must be a port number from 1024 to 65535, not '{value}'.")
    return int(value)


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as server:
            if kind == socket.SOCK_STREAM:
                # What the last run closed a moment ago does not count as used.
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
