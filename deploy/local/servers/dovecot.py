"""Dovecot: IMAP, LMTP, sign-in for Postfix, and the doveadm API."""

import subprocess

from deploy.local import machine
from deploy.local.errors import CannotRun
from deploy.local.ports import greets
from deploy.local.processes import Server
from deploy.local.servers import mail
from deploy.local.stack import CHECKOUT, MAIL_USER, Stack
from deploy.templates import render_folder


def prepare(stack: Stack) -> None:
    home = stack.folder / "dovecot"
    machine.own_folder(stack.folder / "mail", MAIL_USER, 0o750)
    for name in ("run", "state"):
        (home / name).mkdir(parents=True, exist_ok=True)
    templates = CHECKOUT / "deploy" / "dovecot" / language()
    render_folder(templates, home / "conf", mail.values(stack), group="dovecot", mode=0o640)


def language() -> str:
    """Dovecot 2.4 does not read the configuration of 2.3."""
    version = subprocess.check_output(["dovecot", "--version"], text=True)
    language = ".".join(version.split(".")[:2])
    if not (CHECKOUT / "deploy" / "dovecot" / language).is_dir():
        raise CannotRun(f"Dovecot {version.split()[0]} is not supported: install 2.3 or 2.4.")
    return language


def server(stack: Stack) -> Server:
    home = stack.folder / "dovecot"
    return Server(
        "dovecot",
        ["/usr/sbin/dovecot", "-F", "-c", str(home / "conf" / "dovecot.conf")],
        "root",
        stack.folder,
        home,
        ready=lambda: greets(stack.ports["imap"]) and greets(stack.ports["lmtp"]),
    )
