"""Mailboxes that move in from another Dovecot, beside the same with its bare dsync."""

import pwd
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

from django.db import connections

from accounts.models import Account, Plan
from benchmarks.report import Figure
from deploy.local.stack import MAIL_USER, Stack
from domains.models import Domain
from kuploy import crypto
from mailboxes.migration import tasks
from mailboxes.migration.models import MigrationJob, State, Step
from mailboxes.models import Mailbox
from mailboxes.passwords import unusable
from tests.mailservers.migration.old import PASSWORD, Old, letter, old_server

AT_ONCE = 4
MESSAGE_BYTES = 4_000
# Mailboxes and messages in each; the large one is what the figures in the documentation are of.
SIZES = {"small": (4, 250), "medium": (4, 250), "large": (20, 1000)}
DOMAIN = "moves.example"
# A host of its own, so that no worker of the stack takes them.
HOST = "migrations"


def measure(stack: Stack, largest: str) -> Iterator[Figure]:
    """In the database that the mail servers read; its rows stay there."""
    number, messages = SIZES[largest]
    with old_server() as old:
        for each in range(number):
            _fill(old, f"user{each}", messages)
        domain = _domain()
        bare = ours = 0.0
        # A few in turn, so that a noisy moment hits both alike.
        for first in range(0, number, AT_ONCE):
            users = range(first, min(first + AT_ONCE, number))
            commands = _bare(stack, old, _mailboxes(domain, "bare", users))
            bare += _timed(lambda: _all(commands))  # noqa: B023
            job = _job(old, _mailboxes(domain, "ours", users))
            ours += _timed(lambda: _move(job))  # noqa: B023
    total = number * messages
    size = f"{number} × {messages}"
    yield Figure(
        "messages that move in, four mailboxes at once",
        size,
        total / ours,
        total / bare,
        "a second",
    )


def _fill(old: Old, user: str, messages: int) -> None:
    """As files: what is measured is the way out."""
    owner = pwd.getpwnam(MAIL_USER)
    new = Path(old.process.folder, "mail", user, "Maildir", "new")
    for folder in (new, new.with_name("cur"), new.with_name("tmp")):
        folder.mkdir(parents=True)
    for number in range(messages):
        path = new / f"{1_500_000_000 + number}.{number}.old"
        path.write_bytes(letter(f"Message {number}", MESSAGE_BYTES))
    subprocess.run(["chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", new.parents[1]], check=True)


def _domain() -> Domain:
    plan = Plan.objects.create(name="Moves")
    account = Account.objects.create(name="Moves", slug="moves", plan=plan)
    return Domain.objects.create(account=account, name=DOMAIN)


def _mailboxes(domain: Domain, name: str, users: range) -> list[Mailbox]:
    return Mailbox.objects.bulk_create(
        Mailbox(
            account=domain.account, domain=domain, local_part=f"{name}{each}",
            address=f"{name}{each}@{DOMAIN}", password_hash=unusable(), quota_bytes=2**30,
            quota_messages=100_000, host=HOST,
        )
        for each in users
    )  # fmt: skip


def _timed(run: Callable[[], None]) -> float:
    began = time.monotonic()
    run()
    return time.monotonic() - began


def _all(commands: list[list[str]]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in pool.map(lambda each: subprocess.run(each, capture_output=True), commands):
            done.check_returncode()


def _bare(stack: Stack, old: Old, boxes: list[Mailbox]) -> list[list[str]]:
    """What a person at the keyboard would type, password and all."""
    conf = str(stack.folder / "dovecot" / "conf" / "dovecot.conf")
    there = {
        "imapc_host": "127.0.0.1", "imapc_port": str(old.imap_port), "imapc_ssl": "no",
        "imapc_password": PASSWORD, "imapc_features": "fetch-headers guid-forced",
        "mail_prefetch_count": "20",
    }  # fmt: skip
    return [
        ["doveadm", "-c", conf]
        + [word for name, value in there.items() for word in ("-o", f"{name}={value}")]
        + ["-o", f"imapc_user=user{box.local_part[4:]}", "sync", "-1", "-R", "-u", box.address]
        + ["imapc:"]
        for box in boxes
    ]


def _job(old: Old, boxes: list[Mailbox]) -> MigrationJob:
    account = boxes[0].account
    job = MigrationJob.objects.create(
        account=account, host="127.0.0.1", port=old.imap_port, security="none", step=Step.COPY
    )
    for box in boxes:
        job.mailboxes.create(
            address=box.address, mailbox=box, remote_user=f"user{box.local_part[4:]}",
            step=Step.COPY, password=crypto.encrypt(PASSWORD.encode()),
        )  # fmt: skip
    return job


def _move(job: MigrationJob) -> None:
    threads = [Thread(target=_work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if job.mailboxes.exclude(state=State.DONE).exists():
        raise SystemExit("not all mailboxes have moved")


def _work() -> None:
    """As the worker of the mail host does it."""
    try:
        tasks.move(HOST)
    finally:
        connections.close_all()
