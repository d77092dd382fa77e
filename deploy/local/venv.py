"""The virtual environment of the checkout: .venv, made again only when the requirements change."""

import hashlib
import os
import subprocess
from pathlib import Path

from deploy.local.errors import CannotRun

SYSTEM_PYTHON = "/usr/bin/python3"


def ensure(checkout: Path, requirements: str, log: Path) -> None:
    folder = checkout / ".venv"
    stamp = folder / f"{requirements}.sha256"
    file = checkout / requirements
    wanted = hashlib.sha256(file.read_bytes()).hexdigest()
    if _version(folder / "bin" / "python") != _version(Path(SYSTEM_PYTHON)):
        _run([SYSTEM_PYTHON, "-m", "venv", "--clear", str(folder)], log)
    elif stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the Python packages of {requirements} ...", flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(file)], log)
    stamp.write_text(wanted)


def _version(python: Path) -> str:
    try:
        return subprocess.check_output([python, "--version"], text=True)
    except OSError:
        return ""


def _run(command: list[str], log: Path) -> None:
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    with log.open("ab") as output:
        status = subprocess.run(command, stdout=output, stderr=output, env=environment).returncode
    if status:
        raise CannotRun(
            f"The Python packages could not be installed: {log} says why; mend it and start again."
        )
