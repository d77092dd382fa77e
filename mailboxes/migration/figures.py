"""What the provider's start page says of mail that moves in."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kuploy.figures import Figure, Queue, counted, list_of
from mailboxes.migration.models import MigrationMailbox, State
from mailboxes.migration.tasks import queue_of

LIST = "migration_migrationmailbox"


def queues(hosts: Iterable[str]) -> list[Queue]:
    """One for each mail host."""
    return [_queue(host) for host in hosts]


def _queue(host: str) -> Queue:
    rows = MigrationMailbox.objects.filter(mailbox__host=host)
    link = list_of(LIST, state__exact=State.WAITING)
    due = Figure(_("mailboxes to fill"), counted(rows.due()), link)
    late = Figure(_("late"), counted(rows.late()), link, alarming=True)
    return Queue(queue_of(host), [due], late)
