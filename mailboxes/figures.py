"""What the provider's start page says of the work that mail hosts are owed."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kuploy.figures import Figure, Queue, counted, list_of
from mailboxes.models import HostJob
from mailboxes.models.jobs import HostJobQuerySet

LIST = "mailboxes_hostjob"


def queues(hosts: Iterable[str]) -> list[Queue]:
    """One for each mail host, with what is due by kind."""
    return [_queue(host) for host in hosts]


def _queue(host: str) -> Queue:
    jobs = HostJob.objects.filter(host=host)
    link = list_of(LIST, late=1, host__exact=host)
    late = Figure(_("late"), counted(jobs.late()), link, alarming=True)
    rows = [_due(jobs, kind, host) for kind in HostJob.Kind]
    return Queue(HostJob.queue_of(host), [figure for figure in rows if figure.count], late)


def _due(jobs: HostJobQuerySet, kind: HostJob.Kind, host: str) -> Figure:
    # By its rank: so they stand in the index by which they are claimed.
    found = counted(jobs.due().filter(urgency=list(HostJob.Kind).index(kind)))
    return Figure(kind.label, found, list_of(LIST, kind__exact=kind.value, host__exact=host))
