"""Nobody's slow server holds a place that others wait for."""

from datetime import timedelta

from django.db.models.functions import Now

from mailboxes.migration import copying, models
from mailboxes.migration.models import MigrationMailbox, State, Step
from mailboxes.models import Mailbox
from tests.mailservers.clients import subjects
from tests.mailservers.migration.conftest import again, run
from tests.mailservers.migration.meddler import Hang, after, meddled

MANY = [f"Message {number}" for number in range(60)]


def test_a_long_copy_makes_room_and_goes_on_afterwards(old, new_move, neighbour, monkeypatch):
    monkeypatch.setattr(copying, "TURN_SECONDS", 0.5)
    monkeypatch.setattr(copying, "LOOK_AGAIN_SECONDS", 0)
    monkeypatch.setattr(models, "FREE_PLACE_IS_TAKEN_WITHIN", timedelta(0))
    old.put("ida", *MANY, size=3000)
    with meddled(old.imap_port, after(90_000, Hang, times=1)) as meddler:
        slow = new_move(meddler.port, "ida")
        other = waits_soon(neighbour)
        run(slow)
    assert (slow.state, slow.attempts, slow.last_error) == (State.DONE, 0, "")
    assert subjects(slow.address) == MANY
    other.refresh_from_db()
    assert other.ended_at < slow.ended_at


def test_who_takes_for_ever_to_list_its_folders_is_given_up_for_now(old, new_move, monkeypatch):
    monkeypatch.setattr(copying, "TURN_SECONDS", 1)
    old.put("ida", "Message")
    with meddled(old.imap_port, after(700, Hang, times=1)) as meddler:
        slow = run(new_move(meddler.port, "ida"))
        assert (slow.state, slow.attempts) == (State.WAITING, 1)
        assert slow.last_error.startswith("It did not say within")
        assert again(slow).state == State.DONE


def waits_soon(mailbox: Mailbox) -> MigrationMailbox:
    """It begins to wait when the slow one has begun; its server is away."""
    job = mailbox.account.migrations.create(
        host="127.0.0.1", port=1, security="none", step=Step.COPY
    )
    return job.mailboxes.create(
        address=mailbox.address, mailbox=mailbox, remote_user="x", step=Step.COPY,
        due_at=Now() + timedelta(seconds=2),
    )  # fmt: skip
