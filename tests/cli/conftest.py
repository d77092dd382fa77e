"""The command `kuploy` as it is typed: a process of its own, and a panel that answers over HTTP."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests.api.conftest import new_program

Done = CompletedProcess[str]
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
