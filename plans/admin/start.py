"""The provider's start page: what needs somebody, what waits, what is held, who came."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import figures as accounts
from domains import figures as domains
from domains.reports import figures as reports
from kuploy import queues
from kuploy.figures import MOST_COUNTED, Queue, list_of
from mailboxes import figures as mailboxes
from mailboxes.imports import figures as imports
from mailboxes.migration import figures as migration
from notifications import figures as notifications
from plans.billing import snapshots
from quotas import figures as quotas
from quotas.models import HostTotal

# The figures of all tenants together: for who may see the rows behind them.
NEEDED = (
    "accounts.view_user", "domains.view_domain", "mailboxes.view_hostjob",
    "notifications.view_delivery", "quotas.view_usage",
)  # fmt: skip
Sentence = tuple[str, str]


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold shows at /admin/."""
    if request.user.has_perms(NEEDED):
        context |= _figures()
    return context


def _figures() -> dict[str, Any]:
    hosts = list(HostTotal.objects.order_by("host"))
    names = sorted({settings.MAIL_HOST, *(total.host for total in hosts)})
    waiting = [
        Queue("celery", [quotas.changes()]), domains.checks(), notifications.deliveries(),
        *mailboxes.queues(names), imports.queue(), *migration.queues(names),
    ]  # fmt: skip
    lengths = queues.lengths([queue.name for queue in waiting])
    return {
        "figures": [
            notifications.failed(), notifications.stopped(), domains.broken(), quotas.full(),
        ],
        "queues": [(queue, lengths.get(queue.name)) for queue in waiting],
        "needs": list(_needs(waiting, lengths)),
        "hosts": hosts,
        "hosts_link": list_of("quotas_hosttotal"),
        "sign_ups": accounts.sign_ups(),
        "sign_ups_link": list_of("accounts_user"),
    }  # fmt: skip


def _needs(waiting: Iterable[Queue], lengths: dict[str, int]) -> Iterable[Sentence]:
    """Sentences with the list to look at: somebody who should work is away."""
    if not lengths:
        yield _("Redis does not answer: nobody can sign in, and work waits for a sweep."), ""
    if quotas.nobody_judges():
        yield _("Nobody judges usage: do beat and a worker for the queue celery run?"), ""
    if snapshots.is_late():
        yield _("No snapshot of today for the invoices: do beat and a worker for celery run?"), ""
    if trouble := domains.trouble_with_key_zone():
        yield trouble, ""
    for sentence in reports.needs():
        yield sentence, ""
    for queue in waiting:
        if lengths.get(queue.name, 0) > MOST_COUNTED:
            yield _not_emptied(queue), ""
        if queue.late and queue.late.alarms:
            yield _late(queue), queue.late.link


def _not_emptied(queue: Queue) -> str:
    words = _("Nobody empties the queue %(queue)s: does a worker for it run?")
    return words % {"queue": queue.name}


def _late(queue: Queue) -> str:
    words = _(
        "Due for more than five minutes: %(count)s for the queue %(queue)s. Do beat and a worker "
        "for it run?"
    )
    return words % {"count": queue.late, "queue": queue.name}
