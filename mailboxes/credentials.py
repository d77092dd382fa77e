"""What follows a new password, whoever set it and however; and what its user is told of it."""

from kuploy.queue import after_commit
from mailboxes import jobs, tasks
from mailboxes.models import HostJob, Letter, Mailbox, MailboxInvitation, Recovery


def password_changed(mailbox: Mailbox) -> None:
    """In the same transaction: open sessions end, no link opens it any more, its user is told."""
    MailboxInvitation.objects.filter(mailbox=mailbox).delete()
    jobs.owe(mailbox, HostJob.Kind.KICK)
    confirmed = Recovery.objects.filter(mailbox=mailbox, confirmed_at__isnull=False)
    if known := confirmed.first():
        owe_letter(mailbox, Letter.Kind.CHANGED, known.address)


def owe_letter(mailbox: Mailbox, kind: Letter.Kind, address: str) -> None:
    """It goes out after the commit, and is tried again while the mail server is away."""
    Letter.objects.create(mailbox=mailbox, kind=kind, address=address)
    nudge()


def nudge() -> None:
    after_commit(tasks.send_letters)
