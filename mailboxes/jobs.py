"""What a mail host is owed: a row, in the transaction that causes it."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.queue import after_commit
from mailboxes import tasks
from mailboxes.models import HostJob, Mailbox

# A mailbox that nobody can sign in to has no reader.
WARNINGS = """
    INSERT INTO mailboxes_hostjob
           (kind, host, mailbox_id, address, home, facts, due_at, attempts, last_error, created_at)
    SELECT 'warn', box.host, (alert.facts ->> 'mailbox_code')::uuid, box.address, box.home,
           jsonb_build_object(
               'metric', alert.facts -> 'metric', 'crossed', alert.facts -> 'crossed',
               'used', alert.facts -> 'used', 'limit', alert.facts -> 'limit'),
           now(), 0, '', now()
      FROM notifications_alert AS alert
     -- Row by row (OFFSET 0): of a million mailboxes a few are looked up.
     CROSS JOIN LATERAL (
           SELECT host, address, home FROM mail.mailbox
            WHERE address = alert.facts ->> 'address' AND signs_in OFFSET 0) AS box
     WHERE alert.id = ANY(%s) AND alert.kind IN ('quota_80', 'quota_95', 'quota_100')
    RETURNING host
"""
KICKS = """
    INSERT INTO mailboxes_hostjob
           (kind, host, mailbox_id, address, home, facts, due_at, attempts, last_error, created_at)
    SELECT DISTINCT 'kick', box.host, domain.id, '*@' || domain.name, '', '{}'::jsonb, now(), 0, '',
                    now()
      FROM domains_domain AS domain JOIN mailboxes_mailbox AS box ON box.domain_id = domain.id
     WHERE domain.account_id = %s
    RETURNING host
"""


def owe_warnings(alert_ids: Sequence[int]) -> None:
    """The user of a mailbox that has passed a step is told by mail, whatever the account wants."""
    with connection.cursor() as cursor:
        cursor.execute(WARNINGS, [list(alert_ids)])
        nudge({host for (host,) in cursor.fetchall()})


def owe(mailbox: Mailbox, kind: HostJob.Kind) -> None:
    owe_all([mailbox], kind)


def owe_measure(mailbox: Mailbox) -> None:
    """Asked for twice it is done once; one that waits after a failure is tried now."""
    owe(mailbox, HostJob.Kind.MEASURE)
    HostJob.objects.filter(mailbox_id=mailbox.pk, kind=HostJob.Kind.MEASURE).update(due_at=Now())


def owe_all(mailboxes: Sequence[Mailbox], kind: HostJob.Kind) -> None:
    _note(
        HostJob(kind=kind, host=box.host, mailbox_id=box.pk, address=box.address, home=box.home)
        for box in mailboxes
    )


def owe_kick_of_all(domain: Domain) -> None:
    """End every open session of a domain: one job a host, with a mask for the address."""
    kick, mask = HostJob.Kind.KICK, f"*@{domain.name}"
    hosts = domain.mailboxes.values_list("host", flat=True).distinct()
    _note(HostJob(kind=kick, host=host, mailbox_id=domain.pk, address=mask) for host in hosts)


def owe_kick_of_account(account: Account) -> None:
    """The same for all of its domains, however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(KICKS, [account.pk])
        nudge({host for (host,) in cursor.fetchall()})


def _note(jobs: Iterable[HostJob]) -> None:
    """What may wait only once, and waits already, is left as it is."""
    nudge({job.host for job in HostJob.objects.bulk_create(jobs, ignore_conflicts=True)})


@transaction.atomic
def try_now(*, job: HostJob, actor: Actor) -> None:
    """Do not wait for the end of its pause."""
    if not HostJob.objects.filter(pk=job.pk).update(due_at=Now()):
        raise Refused(_("This job is done."))
    audit(actor, "host_job.tried_now", job)
    nudge([job.host])


def nudge(hosts: Iterable[str]) -> None:
    """Tell their workers after the commit; a lost message is found by the sweep."""
    for host in hosts:
        after_commit(tasks.do_host_jobs, host, queue=HostJob.queue_of(host))
