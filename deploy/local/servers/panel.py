"""The panel: web processes, Celery workers and beat, and what is done before they start."""

import json
import os
import pwd
import subprocess
import urllib.error
import urllib.request

from deploy.dns.publish import publish
from deploy.local import machine
from deploy.local.errors import CannotRun
from deploy.local.ports import is_listening
from deploy.local.processes import Server
from deploy.local.stack import CHECKOUT, MAIL_HOST, MAIL_USER, PANEL_USER, Stack


def prepare(stack: Stack) -> list[dict[str, str]]:
    """Tables, static files and the demonstration's accounts and zone; returns their sign-ins."""
    machine.own_folder(stack.folder / "static", PANEL_USER)
    machine.own_folder(stack.folder / "beat", PANEL_USER)
    _manage(stack, "migrate", "--verbosity=0")
    _manage(stack, "collectstatic", "--noinput", "--verbosity=0")
    demonstration = json.loads(_manage(stack, "seed_demo"))
    for zone in demonstration["zones"]:
        publish(stack.zone_file, zone)
    logins: list[dict[str, str]] = demonstration["logins"]
    return logins


def _manage(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [stack.python, "manage.py", *arguments],
        user=PANEL_USER,
        group=pwd.getpwnam(PANEL_USER).pw_gid,
        extra_groups=[],
        cwd=CHECKOUT,
        env={**os.environ, **stack.environment()},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotRun(f"'manage.py {arguments[0]}' failed:\n{done.stderr.strip()}")
    return done.stdout


def web(stack: Stack) -> Server:
    command = [stack.python, "-m", "gunicorn", "kuploy.wsgi", f"--bind={stack.address('web')}"]
    command += ["--workers=2", "--threads=4", "--graceful-timeout=5"]
    # No access log: links in mails carry their key in the path.
    command += ["--no-control-socket"]
    return _server(stack, "web", command, ready=True)


def keys(stack: Stack) -> Server:
    """Hands signing keys to rspamd: see domains/vault.py."""
    address = stack.address("keys")
    command = [stack.python, "-m", "gunicorn", "kuploy.vault", f"--bind={address}"]
    command += ["--threads=4", "--no-control-socket"]
    return Server(
        "keys", command, PANEL_USER, stack.folder, CHECKOUT,
        ready=lambda: is_listening(stack.ports["keys"]),
        environment=stack.mail_host_environment()
        | {"KUPLOY_DATABASE_URL": stack.database_url},
    )  # fmt: skip


def worker(stack: Stack) -> Server:
    return _server(
        stack, "worker", _celery(stack, "worker", "-Q", "celery", "-n", "panel@%h", "-c2")
    )


def checker(stack: Stack) -> Server:
    """DNS look-ups mostly wait: threads, and a queue of their own, which nothing else waits in."""
    command = _celery(stack, "worker", "-Q", "checks", "-n", "checks@%h", "--pool=threads", "-c8")
    return _server(stack, "checker", command)


def sender(stack: Stack) -> Server:
    """E-mail and webhooks mostly wait for the receivers: threads, many of them."""
    options = ("-Q", "deliveries", "-n", "deliveries@%h", "--pool=threads", "-c32")
    return _server(stack, "sender", _celery(stack, "worker", *options))


def importer(stack: Stack) -> Server:
    """Imports hash on all cores by themselves: one at a time, in a queue of their own."""
    options = ("-Q", "imports", "-n", "imports@%h", "-c1")
    return _server(stack, "importer", _celery(stack, "worker", *options))


def mail_worker(stack: Stack) -> Server:
    command = _celery(stack, "worker", "-Q", f"mail.{MAIL_HOST}", "-n", f"{MAIL_HOST}@%h", "-c2")
    environment = stack.mail_host_environment()
    return Server(
        "mail-worker", command, MAIL_USER, stack.folder, CHECKOUT, environment=environment
    )


def mover(stack: Stack) -> Server:
    """Copies of mailboxes mostly wait for the other server: threads, and a queue of their own."""
    options = ("-Q", f"move.{MAIL_HOST}", "-n", f"move-{MAIL_HOST}@%h", "--pool=threads", "-c8")
    environment = stack.mail_host_environment()
    return Server(
        "mover",
        _celery(stack, "worker", *options),
        MAIL_USER,
        stack.folder,
        CHECKOUT,
        environment=environment,
    )


def beat(stack: Stack) -> Server:
    schedule = str(stack.folder / "beat" / "schedule")
    return _server(stack, "beat", _celery(stack, "beat", "--pidfile=", "-s", schedule))


def _celery(stack: Stack, role: str, *options: str) -> list[str]:
    return [stack.python, "-m", "celery", "-A", "kuploy", role, *options]


def _server(stack: Stack, name: str, command: list[str], *, ready: bool = False) -> Server:
    return Server(
        name,
        command,
        PANEL_USER,
        stack.folder,
        CHECKOUT,
        ready=(lambda: _is_healthy(stack)) if ready else (lambda: True),
        environment=stack.environment(),
    )


def _is_healthy(stack: Stack) -> bool:
    try:
        with urllib.request.urlopen(f"http://{stack.address('web')}/healthz", timeout=5) as reply:
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError):
        return False
