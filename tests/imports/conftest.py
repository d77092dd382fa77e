"""Files as people upload them, and a worker beside the test."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.audit import Actor
from accounts.models import Account
from mailboxes.imports import services, work
from mailboxes.imports.models import ImportJob

HASH = "{SHA512-CRYPT}$6$salt$" + "a" * 86
Upload = Callable[..., ImportJob]


def do_all(job: ImportJob) -> ImportJob:
    """What the workers do until nothing is left to do."""
    while work.take_turn(job.pk):
        pass
    job.refresh_from_db()
    return job


def waited_for(job: ImportJob) -> ImportJob:
    """As do_all(), also when the worker of a browser's test was faster."""
    deadline = time.monotonic() + 15
    while do_all(job).claimed_at and job.working and time.monotonic() < deadline:
        time.sleep(0.05)
    return job


def uploader(account: Account, actor: Actor) -> Upload:
    """Makes the rehearsed job of a file, given as its text or its bytes."""

    def upload(content: str | bytes, kind: str = "mailbox", mode: str = "default", **more: Any):
        content = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile(more.pop("name", "list.csv"), content)
        given = {"account": account, "domain_ids": None, "actor": actor, **more}
        return waited_for(services.upload(kind=kind, mode=mode, file=file, **given))

    return upload


def importer(upload: Upload) -> Upload:
    """Makes the job of a file whose good rows were made."""

    def run(*args: Any, **kwargs: Any) -> ImportJob:
        job = upload(*args, **kwargs)
        assert job.status == ImportJob.Status.READY, (job.problem, verdicts(job))
        services.apply(job=job, domain_ids=job.domain_ids, actor=job.actor)
        return waited_for(job)

    return run


@pytest.fixture
def uploaded(acme: Account, actor: Actor) -> Upload:
    return uploader(acme, actor)


@pytest.fixture
def imported(uploaded: Upload) -> Upload:
    return importer(uploaded)


def verdicts(job: ImportJob) -> list[tuple[int, str, list[Any]]]:
    """Line, state and faults of each row."""
    return list(job.rows.order_by("line").values_list("line", "state", "faults"))


def states(job: ImportJob) -> list[str]:
    return [state for _line, state, _faults in verdicts(job)]


def reasons(job: ImportJob) -> str:
    """All that is said about rows, with line and column in front."""
    return "\n".join(
        f"{line} {column}: {sentence}"
        for line, _state, faults in verdicts(job)
        for column, sentence in faults
    )
