"""What a mail host is owed: a row, in the transaction that causes it."""

from collections.abc import Sequence

from kuploy.queue import after_commit
from mailboxes import tasks
from mailboxes.models import HostJob, Mailbox


def owe(mailbox: Mailbox, kind: HostJob.Kind) -> None:
    owe_all([mailbox], kind)


def owe_all(mailboxes: Sequence[Mailbox], kind: HostJob.Kind) -> None:
    HostJob.objects.bulk_create(
        HostJob(kind=kind, host=box.host, mailbox_id=box.pk, address=box.address, home=box.home)
        for box in mailboxes
    )
    for host in {box.host for box in mailboxes}:
        after_commit(tasks.do_host_jobs, host, queue=HostJob.queue_of(host))
