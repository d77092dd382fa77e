"""Postfix: an instance of its own; /etc/postfix is neither read nor written."""

from deploy.local import machine
from deploy.local.ports import is_listening
from deploy.local.processes import Server
from deploy.local.servers import mail
from deploy.local.stack import CHECKOUT, Stack
from deploy.templates import render_file, render_folder

TEMPLATES = CHECKOUT / "deploy" / "postfix"
LISTENERS = ("smtp", "submission", "internal")


def prepare(stack: Stack) -> None:
    home = stack.folder / "postfix"
    (home / "spool").mkdir(parents=True, exist_ok=True)
    machine.own_folder(home / "data", "postfix", 0o700)
    values = mail.values(stack)
    for name in ("main.cf", "master.cf"):
        render_file(TEMPLATES / name, home / "conf" / name, values)
    # These hold the password of the database role.
    render_folder(TEMPLATES / "maps", home / "conf" / "maps", values, group="postfix", mode=0o640)


def server(stack: Stack) -> Server:
    home = stack.folder / "postfix"
    return Server(
        "postfix",
        ["/usr/sbin/postfix", "-c", str(home / "conf"), "start-fg"],
        "root",
        stack.folder,
        home,
        ready=lambda: all(is_listening(stack.ports[name]) for name in LISTENERS),
    )
