from collections.abc import Callable

import pytest

from accounts.models import Account
from kuploy import crypto
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step
from mailboxes.models import Mailbox

NewMove = Callable[..., MigrationMailbox]


@pytest.fixture
def job(acme: Account) -> MigrationJob:
    return acme.migrations.create(host="imap.old.test", port=993, security="tls")


@pytest.fixture
def move(job: MigrationJob, mailbox: Mailbox) -> MigrationMailbox:
    """Tested, and ready for the copy."""
    return job.mailboxes.create(
        address=mailbox.address,
        mailbox=mailbox,
        remote_user="info@old.test",
        password=crypto.encrypt(b"old-secret"),
        step=Step.TEST,
        state=State.DONE,
        messages=1200,
        bytes=5_000_000,
        folders=[
            {"there": "Gesendet", "here": "Sent", "messages": 200, "bytes": 9, "copied": 0},
        ],
    )
