"""What is gone at once for the world, and on disk as soon as the mail host can."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api import jobs
from accounts.api.guard import Call
from accounts.api.jobs import Job, Progress, Work, job_of
from accounts.models import Area
from accounts.roles import Act
from domains import access as domain_access
from domains.api import routes as domain_routes
from domains.models import Domain
from mailboxes import access, removal, services
from mailboxes.api.mailboxes import routes
from mailboxes.models import HostJob, Mailbox

DELETION, REMOVAL, MEASUREMENT = "mailbox_deletion", "domain_removal", "mailbox_measurement"


@routes.start("DELETE", "/mailboxes/{uuid:mailbox_id}", Act.EDIT_MAILBOXES)
def delete_mailbox(request: Call, mailbox_id: UUID) -> Job:
    """Delete a mailbox with all its mail, for good.

    Nobody signs in to it any more when this answers; the job ends when its mail is off the disk.
    """
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    work = Work(DELETION, mailbox.pk, mailbox.domain_id, mailbox.address, timezone.now())
    removal.delete_mailbox(mailbox=mailbox, actor=request.actor)
    return job_of(request, work)


@domain_routes.start("DELETE", "/domains/{uuid:domain_id}", Act.EDIT_DOMAINS)
def remove_domain(request: Call, domain_id: UUID) -> Job:
    """Remove a domain with its mailboxes, aliases and alias domains, for good.

    The job ends when the mail of all its mailboxes is off the disk.
    """
    domain = domain_access.get_domain_for_work(request.membership, domain_id)
    work = Work(REMOVAL, domain.pk, domain.pk, domain.name, timezone.now())
    removal.remove_domain(domain=domain, actor=request.actor)
    return job_of(request, work)


@routes.start("POST", "/mailboxes/{uuid:mailbox_id}/measurements", Act.EDIT_MAILBOXES)
def measure_mailbox(request: Call, mailbox_id: UUID) -> Job:
    """Have the mail server asked how full a mailbox is."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    work = Work(MEASUREMENT, mailbox.pk, mailbox.domain_id, mailbox.address, timezone.now())
    services.measure_mailbox(mailbox=mailbox)
    return job_of(request, work)


def _deletion(work: Work) -> Progress:
    if not Mailbox.objects.filter(pk=work.subject).exists():
        return Progress(done=True)
    job = HostJob.objects.filter(kind=HostJob.Kind.PURGE, mailbox_id=work.subject).first()
    return Progress(done=False, detail=_waits(job))


def _removal(work: Work) -> Progress:
    return Progress(done=not Domain.objects.filter(pk=work.subject).exists())


def _measurement(work: Work) -> Progress:
    job = HostJob.objects.filter(kind=HostJob.Kind.MEASURE, mailbox_id=work.subject).first()
    return Progress(done=job is None, detail=_waits(job))


def _waits(job: HostJob | None) -> str:
    if job is None or not (job.late or job.attempts):
        return ""
    return _("The mail host is away. It is tried again by itself.")


jobs.KINDS |= {
    DELETION: (Area.MAILBOXES, _deletion),
    REMOVAL: (Area.DOMAINS, _removal),
    MEASUREMENT: (Area.MAILBOXES, _measurement),
}
