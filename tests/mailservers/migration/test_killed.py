"""A worker that is killed anywhere, or told to stop: another one goes on, and nothing is twice."""

import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.audit import Actor
from deploy.local.servers import panel
from mailboxes.migration import services, tasks
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step
from tests.mailservers.clients import subjects, wait_for
from tests.mailservers.migration.meddler import Hang, after, meddled
from tests.mailservers.workers import kill, running, server

MANY = [f"Message {number}" for number in range(150)]


@pytest.fixture(scope="module")
def filled(old):
    old.put("hugo", *MANY, size=2000)
    return old


@pytest.fixture(scope="module")
def mover(db):
    with running(mover := server(panel.mover)):
        yield mover


def start(move):
    MigrationJob.objects.filter(pk=move.job_id).update(step=Step.COPY)
    MigrationMailbox.objects.filter(pk=move.pk).update(step=Step.COPY, state=State.WAITING)
    services._nudge(move.job)


def goes_on(move) -> bool:
    """Its claim has run out, and the sweep finds it."""
    long_ago = Now() - timedelta(minutes=5)
    MigrationMailbox.objects.filter(pk=move.pk, run_key=move.run_key).update(claimed_at=long_ago)
    tasks.sweep()
    time.sleep(1)
    return _state(move) == State.DONE


# While it lists folders, at the first header, between two messages, in the middle of one.
@pytest.mark.parametrize("said", [900, 5_000, 60_000, 200_000])
def test_a_worker_that_is_killed_is_followed_by_another(filled, new_move, mover, said):
    with meddled(filled.imap_port, after(said, Hang, times=1)) as meddler:
        move = new_move(meddler.port, "hugo")
        start(move)
        wait_for(lambda: meddler.faults, "the copy to get there", 30)
        move.refresh_from_db()
        kill(mover)
        wait_for(lambda: goes_on(move), "the other worker", 60)
    assert subjects(move.address) == MANY


def _state(move) -> str:
    return MigrationMailbox.objects.get(pk=move.pk).state


def test_a_pause_ends_the_copy_and_resume_goes_on(filled, new_move, mover):
    with meddled(filled.imap_port, after(200_000, Hang, times=1)) as meddler:
        move = new_move(meddler.port, "hugo")
        start(move)
        wait_for(lambda: meddler.faults, "the copy to get there", 30)
        services.pause(job=move.job, actor=Actor.system(move.job.account))
        wait_for(lambda: meddler.is_left, "the end of the copy", 60)
        assert _state(move) == State.PAUSED
        services.resume(job=move.job, actor=Actor.system(move.job.account))
        wait_for(lambda: _state(move) == State.DONE, "the rest", 60)
    assert subjects(move.address) == MANY


def test_a_removed_migration_stops_and_keeps_what_came(filled, new_move, mover):
    with meddled(filled.imap_port, after(200_000, Hang, times=1)) as meddler:
        move = new_move(meddler.port, "hugo")
        start(move)
        wait_for(lambda: meddler.faults, "the copy to get there", 30)
        services.remove_migration(job=move.job, actor=Actor.system(move.job.account))
        wait_for(lambda: meddler.is_left, "the end of the copy", 60)
