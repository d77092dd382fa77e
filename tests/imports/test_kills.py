"""A worker that is killed at any moment: the next one goes on, and each row is made once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from mailboxes.imports import running, services, tasks, work
from mailboxes.imports.models import MOST_TRIES, ImportJob
from mailboxes.imports.steps import Lost
from mailboxes.models import Mailbox
from notifications.models import Alert
from tests.conftest import make_domain
from tests.imports.conftest import HASH, do_all, states
from tests.mailservers.clients import wait_for
from tests.quotas.test_kills import BLOCKED, database_url, held

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "".join(f"user{number}@acme.test;{HASH}\n" for number in range(20))
# The pool's own threads would keep the interpreter from ending.
TURN = """
import sys, django; django.setup()
from uuid import UUID
from django.db import connection
from mailboxes.imports import running, work
running.ROWS_AT_ONCE = 10
while work.take_turn(UUID(sys.argv[1])): pass
connection.close(); connection.close_pool()
"""


@contextmanager
def working(job: ImportJob) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own; killed in the end, if it is still there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kuploy.settings",
        "KUPLOY_DATABASE_URL": database_url(),
    }
    process = subprocess.Popen([sys.executable, "-c", TURN, str(job.pk)], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


def killed_at(job: ImportJob, table: str) -> None:
    with held(table) as holder, working(job):
        wait_for(
            lambda: holder.execute(BLOCKED, [table]).fetchone()[0], f"{table} to be reached", 60
        )


def later(job: ImportJob) -> None:
    """The claim of the dead worker has run out."""
    past = timezone.now() - timedelta(minutes=2)
    ImportJob.objects.filter(pk=job.pk).update(claimed_at=past)


@pytest.mark.parametrize("table", ["imports_importrow", "imports_piece"])
def test_killed_while_it_checks(uploaded, domain, acme, actor, monkeypatch, table):
    monkeypatch.setattr(work, "take_turn", lambda _pk: False)
    job = uploaded(FILE)
    monkeypatch.undo()
    killed_at(job, table)
    assert do_all(job).status == "validating"
    later(job)
    assert do_all(job).status == "ready"
    assert states(job) == ["create"] * 20
    assert not job.pieces.exists()


@pytest.mark.parametrize(
    "table",
    ["mailboxes_mailbox", "mail.mailbox", "imports_importrow", "imports_importjob",
     "accounts_auditevent", "notifications_alert"],
)  # fmt: skip
def test_killed_while_it_creates(uploaded, domain, actor, table):
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)
    killed_at(job, table)
    assert do_all(job).status == "running"
    later(job)
    assert do_all(job).status == "done"
    assert states(job) == ["made"] * 20
    assert Mailbox.objects.exclude(local_part="postmaster").count() == 20
    assert set(job.rows.values_list("made_id", flat=True)) == set(
        Mailbox.objects.exclude(local_part="postmaster").values_list("pk", flat=True)
    )
    assert AuditEvent.objects.filter(action="import.ended").count() == 1
    assert Alert.objects.filter(kind="import_ended").count() == 1


def test_killed_between_two_steps_it_goes_on_where_it_stopped(uploaded, domain, actor, monkeypatch):
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(work, "TURN_SECONDS", -1)
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)
    assert work.take_turn(job.pk)
    first = set(Mailbox.objects.values_list("pk", flat=True))
    assert states(job) == ["made"] * 10 + ["create"] * 10
    do_all(job)
    assert states(job) == ["made"] * 20
    assert first < set(Mailbox.objects.values_list("pk", flat=True))


def test_a_worker_that_lost_its_claim_changes_nothing_more(uploaded, domain, actor):
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)
    slow = ImportJob.objects.claim(job.pk)
    later(job)
    do_all(job)
    with pytest.raises(Lost):
        running._make(slow, [])
    assert states(job) == ["made"] * 20


def test_two_workers_at_once_make_each_row_once(uploaded, domain, actor):
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)
    with working(job) as one, working(job) as two:
        assert (one.wait(timeout=60), two.wait(timeout=60)) == (0, 0)
    assert do_all(job).status == "done"
    assert Mailbox.objects.exclude(local_part="postmaster").count() == 20


def test_the_sweep_finds_what_a_lost_message_left(uploaded, domain, actor, monkeypatch):
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)
    nudged = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda args, **_options: nudged.append(args))
    tasks.sweep()
    assert nudged == [(str(job.pk),)]


def test_a_job_that_stops_at_the_same_place_is_given_up(uploaded, domain, actor, monkeypatch):
    job = uploaded(FILE)
    services.apply(job=job, domain_ids=None, actor=actor)

    def stumble(_job, _until):
        raise MemoryError

    monkeypatch.setattr(running, "advance", stumble)
    for _try in range(MOST_TRIES):
        with pytest.raises(MemoryError):
            work.take_turn(job.pk)
        later(job)
    assert not work.take_turn(job.pk)
    work.give_up_the_hopeless()
    job.refresh_from_db()
    assert (job.status, "stopped several times" in job.problem) == ("failed", True)
    assert not job.rows.exclude(secret_encrypted=None).exists()


def test_another_accounts_import_has_its_turn_in_between(
    uploaded, domain, actor, charlie, monkeypatch
):
    monkeypatch.setattr(work, "TURN_SECONDS", -1)
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 10)
    other = charlie.memberships.get().account
    make_domain(other, "other.test")
    mine = uploaded(FILE)
    theirs = uploaded(f"one@other.test;{HASH}\n", account=other)
    for job in (mine, theirs):
        services.apply(job=job, domain_ids=None, actor=job.actor)
    assert work.take_turn(mine.pk)
    do_all(theirs)
    mine.refresh_from_db()
    assert (mine.status, theirs.status) == ("running", "done")
