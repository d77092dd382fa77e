from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db.models.functions import Now

from kuploy import crypto
from mailboxes.migration import tasks
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step
from mailboxes.models import Mailbox
from tests.mailservers.clients import HOST
from tests.mailservers.migration.old import PASSWORD, Old, old_server

NewMove = Callable[..., MigrationMailbox]


@pytest.fixture(scope="module")
def old() -> Iterator[Old]:
    """With the prefix and the separator of Courier and its like."""
    with old_server(prefix="INBOX.", separator=".") as old:
        yield old


@pytest.fixture
def new_move(new_mailbox: Callable[..., Mailbox]) -> NewMove:
    """Mail of USER on a server, on its way to a mailbox of its own."""

    def make(
        port: int,
        user: str,
        *,
        mailbox: Mailbox | None = None,
        password: str = PASSWORD,
        **options: object,
    ) -> MigrationMailbox:
        mailbox = mailbox or new_mailbox()
        job = MigrationJob.objects.create(
            account=mailbox.account, **{"host": HOST, "port": port, "security": "none", **options}
        )
        return job.mailboxes.create(
            address=mailbox.address, mailbox=mailbox, remote_user=user,
            password=crypto.encrypt(password.encode()),
        )  # fmt: skip

    return make


def run(move: MigrationMailbox, step: Step = Step.COPY) -> MigrationMailbox:
    """Have one step done, as the worker of the mail host does it at a nudge."""
    MigrationJob.objects.filter(pk=move.job_id).update(step=step)
    rows = MigrationMailbox.objects.filter(pk=move.pk)
    rows.update(step=step, state=State.WAITING, due_at=Now(), copied_messages=0, copied_bytes=0)
    tasks.move(settings.MAIL_HOST)
    move.refresh_from_db()
    return move


def again(move: MigrationMailbox) -> MigrationMailbox:
    """Its pause is over."""
    MigrationMailbox.objects.filter(pk=move.pk).update(due_at=Now())
    tasks.move(settings.MAIL_HOST)
    move.refresh_from_db()
    return move
