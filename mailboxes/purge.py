"""Sessions end, and mail leaves the disk."""

from datetime import timedelta

from django.db import transaction

from domains.models import Domain
from mailboxes import doveadm
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage

# A delivery that had begun before the purge has ended long before this.
SECOND_LOOK = timedelta(minutes=2)


def kick(job: HostJob) -> None:
    doveadm.kick(job.address)
    job.delete()


def purge(job: HostJob) -> None:
    """Sessions end, the mail goes, then the row; a delivery under way is swept up later."""
    doveadm.kick(job.address)
    doveadm.remove_mail(job.home)
    with transaction.atomic():
        _forget(job)
        job.kind, job.last_error = HostJob.Kind.SWEEP, ""
        job.again_in(SECOND_LOOK)


def _forget(job: HostJob) -> None:
    """Its mail is gone: the row may go, and the domain too if it waited for this one."""
    mailbox = Mailbox.objects.filter(pk=job.mailbox_id).first()
    if mailbox is None:
        return
    domain = Domain.objects.select_for_update().get(pk=mailbox.domain_id)
    Usage.objects.filter(username=mailbox.address).delete()
    mailbox.delete()
    if domain.status == Domain.Status.REMOVING and not domain.mailboxes.exists():
        domain.delete()


def sweep(job: HostJob) -> None:
    doveadm.remove_mail(job.home)
    # What that delivery counted would fill a new mailbox of the same address.
    if not Mailbox.objects.filter(address=job.address).exists():
        Usage.objects.filter(username=job.address).delete()
    job.delete()
