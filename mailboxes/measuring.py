"""The usage that Dovecot writes by itself, compared with what is in the mailboxes.

Dovecot writes after each change. What was lost of that is made good here: the database was away, a
row was removed by hand, two deliveries at once wrote in the wrong order.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from mailboxes import doveadm
from mailboxes.doveadm import HostError, Measured
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage

BETWEEN_STEPS = timedelta(minutes=1)
NOTHING = Measured(0, 0)
# A round belongs to a host.
NO_MAILBOX = UUID(int=0)


def measure(job: HostJob) -> None:
    """Write down what is in one mailbox now, also when it is the same: the page shows the time."""
    mailbox = _living(job.host).filter(pk=job.mailbox_id).first()
    if mailbox:
        before = Usage.objects.filter(username=mailbox.address).first()
        measured = doveadm.measure({mailbox.address: mailbox.home})
        if not measured:
            raise HostError(f"Dovecot on {settings.MAIL_HOST} cannot read {mailbox.address}.")
        _write(mailbox.address, before, measured[mailbox.address])
    job.delete()


def go_round(job: HostJob) -> None:
    """Put right the next few mailboxes of the host, in the order of their addresses, for ever."""
    # Fewer after each failure, so that one mailbox that breaks the answer holds up no others.
    size = max(settings.ROUND_MAILBOXES >> job.attempts, 1)
    rest = _living(job.host).filter(address__gt=job.address).order_by("address")
    homes = {box.address: box.home for box in rest.only("address")[:size]}
    try:
        _compare(homes)
    except HostError:
        if size > 1:
            raise
    job.attempts, job.last_error = 0, ""
    job.address = max(homes) if len(homes) == size else ""
    job.again_in(BETWEEN_STEPS)


def begin_rounds() -> None:
    """Each host that has mailboxes goes its rounds; where it does already, nothing changes."""
    HostJob.objects.bulk_create(
        (HostJob(kind=HostJob.Kind.ROUND, host=host, mailbox_id=NO_MAILBOX) for host in _hosts()),
        ignore_conflicts=True,
    )


def _hosts() -> Iterator[str]:
    """One look-up for each, instead of a walk past all mailboxes."""
    by_name = Mailbox.objects.order_by("host").values_list("host", flat=True)
    host = by_name.first()
    while host is not None:
        yield host
        host = by_name.filter(host__gt=host).first()


def _living(host: str) -> "QuerySet[Mailbox]":
    return Mailbox.objects.filter(host=host).exclude(state=Mailbox.State.DELETING)


def _compare(homes: Mapping[str, str]) -> None:
    before = Usage.objects.in_bulk(homes)
    for address, measured in doveadm.measure(homes).items():
        row = before.get(address)
        if measured != (Measured(row.bytes, row.messages) if row else NOTHING):
            _write(address, row, measured)


def _write(address: str, before: Usage | None, measured: Measured) -> None:
    """Unless the row has changed since it was read: then Dovecot's own word is the newer one."""
    if before:
        unchanged = Usage.objects.filter(username=address, updated_at=before.updated_at)
        unchanged.update(bytes=measured.bytes, messages=measured.messages)
    else:
        row = Usage(username=address, bytes=measured.bytes, messages=measured.messages)
        row.updated_at = Now()
        Usage.objects.bulk_create([row], ignore_conflicts=True)
