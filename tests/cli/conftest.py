"""The command `kuploy` as it is typed: a process of its own, and a panel that answers over HTTP."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from subprocess import CompletedProcess

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests.api.conftest import new_program

Done = CompletedProcess[str]
PATIENCE = 20
COMMAND = [sys.executable, "-m", "kuploy_cli"]


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """The server looks into it when it starts."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def environment(
    live_server: LiveServer, acme: Account, alice: User, tmp_path: Path
) -> dict[str, str]:
    """What a machine has that has only this client: no settings of the panel."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{settings.BASE_DIR}/cli",
        "HOME": str(tmp_path),
        "KUPLOY_URL": live_server.url,
        "KUPLOY_TOKEN": new_program(acme, alice).secret,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., Done]:
    """`run("domains list")`, with the exit code that it must have."""

    def run(line: str, typed: str = "", code: int = 0) -> Done:
        done = subprocess.run(
            [*COMMAND, *line.split()], input=typed, env=environment, capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def kuploy(run: Callable[..., Done]) -> Callable[..., str]:
    """What it printed; it has to succeed."""
    return lambda line, typed="": run(line, typed).stdout


@pytest.fixture
def terminal(environment: dict[str, str]) -> Callable[..., str]:
    """`terminal("domains list", "typed")`: what a person sees, who has 80 columns."""

    def show(line: str, typed: str = "", columns: int = 80) -> str:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, *line.split()], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**environment, "TERM": "xterm", "COLUMNS": str(columns)}, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        seen, answers = b"", typed.splitlines(keepends=True)
        # A terminal whose last process has ended says so with an error.
        with suppress(OSError):
            while select([ours], [], [], PATIENCE)[0]:
                seen += os.read(ours, 4096)
                # What is typed before a password is asked for is thrown away.
                if answers and seen.endswith(b": "):
                    os.write(ours, answers.pop(0).encode())
        os.close(ours)
        process.kill()
        process.wait()
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode()).replace("\r\n", "\n")

    return show
