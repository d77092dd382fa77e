"""The commands behind the Makefile.

python3 -m deploy.local run                     the demonstration, until Ctrl-C
python3 -m deploy.local test [PYTEST ARGUMENTS]    a stack of its own, then the test suite
python3 -m deploy.local bench [ARGUMENTS]       the same for the benchmarks
python3 -m deploy.local stack                   a stack for tests that stays, until `down`
python3 -m deploy.local down                    stops it
python3 -m deploy.local ctl FOLDER start|stop|restart SERVER    one server of a stack
"""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import interruption, machine, ports, report, supervisor, venv
from deploy.local.errors import CannotRun, Interrupted
from deploy.local.interruption import Make
from deploy.local.stack import CHECKOUT, MAIL_USER, PANEL_USER, Stack, free_stack, run_folder
from deploy.templates import replace_file


def set_up(folder: Path, requirements: str, packages: tuple[str, ...]) -> None:
    """Bring the machine to the point where servers can start."""
    machine.install(packages)
    for user in (PANEL_USER, MAIL_USER):
        machine.ensure_user(user)
    venv.ensure(CHECKOUT, requirements, folder / "pip.log")


def run() -> int:
    # Seen now, before anything can have interrupted it.
    make = Make()
    folder = run_folder()
    machine.check()
    machine.check_reachable(CHECKOUT, folder)
    with supervisor.only_one("run"):
        supervisor.stop_leftovers(folder)
        stack = Stack.open(folder, "run", ports.chosen())
        set_up(folder, "requirements.txt", machine.SERVER_PACKAGES)
        try:
            logins = supervisor.start(stack)
            endpoints = stack.endpoints() | {"logins": logins}
            replace_file(folder / "endpoints.json", json.dumps(endpoints, indent=2), mode=0o600)
            report.show(stack, logins)
            supervisor.watch(stack, make)
        except Interrupted:
            print("\nStopping ...", flush=True)
        finally:
            supervisor.stop(stack)
            print("Stopped.", flush=True)
    return 0


def with_stack(kind: str, command: list[str]) -> int:
    """Start a fresh stack, run one command against it, stop it; the command's status."""
    folder = run_folder() / kind
    machine.check()
    machine.check_reachable(CHECKOUT, folder)
    with supervisor.only_one(kind):
        stack = _fresh(folder, kind)
        try:
            supervisor.start(stack)
            return _call(command, stack)
        finally:
            supervisor.stop(stack)


def _fresh(folder: Path, kind: str) -> Stack:
    supervisor.stop_leftovers(folder)
    stack = free_stack(folder, kind)
    packages = machine.SERVER_PACKAGES + machine.TEST_PACKAGES
    set_up(folder, "requirements-dev.txt", packages)
    return stack


def _call(command: list[str], stack: Stack) -> int:
    environment = {**os.environ, **stack.test_environment()}
    child, make = subprocess.Popen([stack.python, *command], cwd=CHECKOUT, env=environment), Make()
    try:
        while child.poll() is None:
            make.check()
            time.sleep(0.1)
        return child.returncode
    except Interrupted:
        child.terminate()
        child.wait(timeout=30)
        return 130


def keep_stack() -> int:
    folder = run_folder() / "stack"
    machine.check()
    machine.check_reachable(CHECKOUT, folder)
    with supervisor.only_one("stack"):
        stack = _fresh(folder, "test")
        try:
            supervisor.start(stack)
        except BaseException:
            supervisor.stop(stack)
            raise
    variables = stack.test_environment().items()
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables]
    replace_file(folder / "env", "".join(lines), mode=0o600)
    print(f"The servers are up. Now: . {folder}/env && .venv/bin/pytest\nStop them with: make down")
    return 0


def control(folder: str, action: str, name: str) -> int:
    server = supervisor.find(Stack.load(Path(folder)), name)
    if action in ("stop", "restart"):
        server.stop()
    if action in ("start", "restart") and not server.is_alive():
        server.start()
    return 0


def down() -> int:
    supervisor.stop_leftovers(run_folder() / "stack")
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["run"]:
            return run()
        case ["test", *rest]:
            return with_stack("test", ["-m", "pytest", *rest])
        case ["bench", *rest]:
            return with_stack("bench", ["-m", "benchmarks", *rest])
        case ["stack"]:
            return keep_stack()
        case ["down"]:
            return down()
        case ["ctl", folder, ("start" | "stop" | "restart") as action, name]:
            return control(folder, action, name)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    # The servers run as other users and must be able to read what is made here.
    os.umask(0o022)
    interruption.listen()
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    except Interrupted:
        sys.exit(130)
