"""Postfix: an instance of its own; /etc/postfix is neither read nor written."""

import subprocess
from pathlib import Path

from deploy.local import machine
from deploy.local.errors import CannotRun
from deploy.local.ports import greets
from deploy.local.processes import Server
from deploy.local.servers import mail
from deploy.local.stack import CHECKOUT, Stack
from deploy.templates import render_file, render_folder, replace_file

MASTER = Path("/usr/lib/postfix/sbin/master")
TEMPLATES = CHECKOUT / "deploy" / "postfix"
LISTENERS = ("smtp", "submission", "internal")


def prepare(stack: Stack) -> None:
    home = stack.folder / "postfix"
    (home / "spool").mkdir(parents=True, exist_ok=True)
    machine.own_folder(home / "data", "postfix", 0o700)
    values = mail.values(stack)
    passfile = f"*:*:*:kuploy_postfix:{stack.secrets['postfix_database']}\n"
    replace_file(home / "pgpass", passfile, owner="postfix", mode=0o600)
    for name in ("main.cf", "master.cf"):
        render_file(TEMPLATES / name, home / "conf" / name, values)
    # These hold the password of the database role.
    render_folder(TEMPLATES / "maps", home / "conf" / "maps", values, group="postfix", mode=0o640)
    _check(stack)


def _check(stack: Stack) -> None:
    """What `postfix start` does first: it makes the queue's folders and looks at their rights."""
    command = ["postfix", "-c", str(stack.folder / "postfix" / "conf"), "check"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"Postfix refuses its configuration:\n{done.stderr.strip()}")


def server(stack: Stack) -> Server:
    home = stack.folder / "postfix"
    return Server(
        "postfix",
        # What `postfix start-fg` runs, without the shell around it that would hide the process.
        [str(MASTER), "-c", str(home / "conf"), "-s"],
        "root",
        stack.folder,
        home,
        ready=lambda: all(greets(stack.ports[name]) for name in LISTENERS),
    )
