"""`make run` as a person meets it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.stack import CHECKOUT

STARTS_WITHIN_SECONDS = 90
STOPS_WITHIN_SECONDS = 45


@pytest.fixture
def folder():
    """A folder that the servers' users can enter, with a short path."""
    path = Path(tempfile.mkdtemp(prefix="kuploy-", dir="/tmp"))
    path.chmod(0o755)
    yield path / "run"
    shutil.rmtree(path)


@pytest.fixture
def environment(folder):
    chosen = {f"KUPLOY_PORT_{name.upper()}": str(port) for name, port in ports.free().items()}
    # `make test` runs this: neither its stack nor its flags are for the make started here.
    foreign = ("KUPLOY_", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | chosen | {"KUPLOY_RUN": str(folder)}


def start(environment, **options):
    return subprocess.Popen(
        ["make", "run"],
        cwd=CHECKOUT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # As a terminal starts it: below a shell's background job Ctrl-C would be ignored for good.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def refusal(environment, **options):
    """The one sentence with which a start ends; what make adds about it is not ours."""
    with start(environment, **options) as process:
        output, errors = process.communicate(timeout=STARTS_WITHIN_SECONDS)
    assert process.returncode != 0
    assert output == ""
    (sentence,) = [line for line in errors.splitlines() if not line.startswith("make: ")]
    return sentence


def started(environment):
    process = start(environment)
    for line in process.stdout:
        if line.startswith("Ctrl-C"):
            return process
    process.wait()
    raise AssertionError(process.stderr.read())


def processes_in(folder):
    listing = subprocess.check_output(["ps", "-eo", "pid,args"], text=True)
    return [line for line in listing.splitlines() if str(folder) in line]


def end(process):
    try:
        output, errors = process.communicate(timeout=STOPS_WITHIN_SECONDS)
    finally:
        process.kill()
        process.wait()
    return output + errors


def test_a_port_in_use_is_named_and_nothing_stays_behind(environment, folder):
    port = int(environment["KUPLOY_PORT_IMAP"])
    with socket.create_server(("127.0.0.1", port)):
        sentence = refusal(environment)
    assert f"Port {port} (imap) is in use" in sentence
    assert f"KUPLOY_PORT_IMAP={port + 1}" in sentence
    assert not folder.exists()


def test_without_root_it_points_to_containers(environment, folder):
    assert "docker compose up" in refusal(environment, user="nobody", group="nogroup")
    assert not folder.exists()


def test_a_folder_closed_to_the_servers_is_named(environment, folder):
    folder.parent.chmod(0o700)
    assert f"cannot get into {folder.parent}" in refusal(environment)


def test_it_runs_survives_a_kill_and_ends_without_a_trace(environment, folder):
    process = started(environment)
    endpoints = json.loads((folder / "endpoints.json").read_text())
    with urllib.request.urlopen(f"{endpoints['web']}/healthz", timeout=10) as reply:
        assert reply.read() == b"ok"
    roles = {login["role"] for login in endpoints["logins"]}
    assert roles == {"provider", "reseller", "customer", "mailbox"}
    assert "'make run' is running already" in refusal(environment)

    supervisor = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
    os.kill(int(supervisor), signal.SIGKILL)
    end(process)
    assert processes_in(folder) != []

    process = started(environment)
    again = json.loads((folder / "endpoints.json").read_text())
    assert again == endpoints
    # To make alone, which does not pass it on.
    process.send_signal(signal.SIGINT)
    assert "Stopping" in end(process)
    assert processes_in(folder) == []
