"""How the part of one mailbox ends, whatever happens on the way."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mailboxes.migration import copying, outcomes, services, tasks
from mailboxes.migration.doorway import Progress
from mailboxes.migration.models import MOST_ATTEMPTS, MigrationMailbox, State, Step
from mailboxes.models import Mailbox
from mailboxes.removal import delete_mailbox
from notifications.models import Alert


@pytest.fixture
def under_way(move, actor):
    """The mailbox, while its mail is copied."""
    services.begin(job=move.job, step=Step.COPY, actor=actor)
    return MigrationMailbox.objects.claim_next(move.mailbox.host)


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING])
@pytest.mark.parametrize("purged", [False, True])
def test_a_mailbox_that_is_deleted_ends_its_part_and_the_migration(under_way, actor, state, purged):
    MigrationMailbox.objects.update(state=state)
    delete_mailbox(mailbox=under_way.mailbox, actor=actor)
    if purged:
        Mailbox.objects.filter(pk=under_way.mailbox_id).delete()
    tasks.sweep()
    row = MigrationMailbox.objects.get()
    assert (row.state, row.run_key) == (State.FAILED, None)
    assert "no mailbox info@acme.test here any more" in row.last_error
    assert Alert.objects.get(kind="migration_ended").facts["failed"] == 1


def test_a_run_whose_migration_is_removed_ends_quietly(under_way, actor):
    services.remove_migration(job=under_way.job, actor=actor)
    outcomes.done(under_way)
    assert not MigrationMailbox.objects.exists()


def test_one_that_its_worker_never_survives_is_given_up(move, actor, monkeypatch):
    def die(_run):
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(copying.Run, "go", die)
    services.begin(job=move.job, step=Step.COPY, actor=actor)
    for _run in range(MOST_ATTEMPTS):
        with pytest.raises(KeyError):
            tasks.move(move.mailbox.host)
        MigrationMailbox.objects.update(claimed_at=Now() - timedelta(minutes=1))
    tasks.move(move.mailbox.host)
    row = MigrationMailbox.objects.get()
    assert (row.state, row.run_key) == (State.FAILED, None)
    assert "stopped several times at one place" in row.last_error


def break_off(move, brought):
    """A run that brings so many messages, and breaks."""
    MigrationMailbox.objects.update(due_at=Now())
    row = MigrationMailbox.objects.claim_next(move.mailbox.host)
    copied = row.copied_messages + brought
    MigrationMailbox.objects.update(copied_messages=copied)  # as the run says each second
    outcomes.failed(row, "broken", made=Progress(messages=brought))
    row.refresh_from_db()
    return row.state


def test_a_copy_that_breaks_and_brings_mail_each_time_goes_on(move, actor):
    services.begin(job=move.job, step=Step.COPY, actor=actor)
    for _run in range(MOST_ATTEMPTS + 2):
        assert break_off(move, brought=100) == State.WAITING


def test_a_copy_that_brings_the_same_mail_again_and_again_is_given_up(move, actor):
    services.begin(job=move.job, step=Step.COPY, actor=actor)
    runs = [break_off(move, brought=1200) for _run in range(MOST_ATTEMPTS)]
    assert runs == [State.WAITING] * MOST_ATTEMPTS
    assert break_off(move, brought=1200) == State.FAILED
