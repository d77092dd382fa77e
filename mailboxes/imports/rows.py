"""The rows of a job, many in one statement."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Length, Right, StrIndex
from psycopg.types.json import Jsonb

from accounts.models import Account
from accounts.room import Countable, room_for
from mailboxes.imports import secrets
from mailboxes.imports.kinds import Row
from mailboxes.imports.models import ImportJob, ImportRow

INSERT = """
    COPY imports_importrow (job_id, line, key, cells, secret_encrypted, state, faults) FROM STDIN
"""
# What each became. Its password is not needed any more, but to put right what was not made.
SETTLE = """
    UPDATE imports_importrow AS row
       SET state = became.state, faults = became.faults, made_id = became.made_id,
           secret_encrypted = NULL
      FROM unnest(%(lines)s::int[], %(states)s::text[], %(faults)s::jsonb[], %(made)s::uuid[])
           AS became (line, state, faults, made_id)
     WHERE row.job_id = %(job)s AND row.line = became.line
"""
# Both in the order of the file: what a domain, and what the plan has no room for.
MARK_LEFT = """
    UPDATE imports_importrow SET state = 'left', faults = %(faults)s
     WHERE job_id = %(job)s AND line IN (
           SELECT line FROM imports_importrow
            WHERE job_id = %(job)s AND state = 'create' AND split_part(key, '@', 2) = %(domain)s
            ORDER BY line OFFSET %(fits)s)
"""
MARK_BEYOND = """
    UPDATE imports_importrow SET state = 'beyond'
     WHERE job_id = %(job)s AND line IN (
           SELECT line FROM imports_importrow WHERE job_id = %(job)s AND state = 'create'
            ORDER BY line OFFSET %(fits)s)
"""


def insert(job: ImportJob, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(INSERT) as copy:
        for row in rows:
            sealed = secrets.seal(job.account_id, row.secret)
            copy.write_row(
                (job.pk, row.line, row.key, Jsonb(row.cells), sealed, row.state, Jsonb(row.faults))
            )


def settle(job: ImportJob, rows: Sequence[Row]) -> None:
    _run(
        SETTLE,
        job=job.pk,
        lines=[row.line for row in rows],
        states=[str(row.state) for row in rows],
        faults=[Jsonb(row.faults) for row in rows],
        made=[row.made_id for row in rows],
    )


def domains_of(job: ImportJob) -> list[str]:
    """The names of the domains that rows would be made in."""
    name = Right("key", Length("key") - StrIndex("key", Value("@")))
    found = job.rows.filter(state=ImportRow.State.CREATE).order_by()
    return list(found.values_list(name, flat=True).distinct())


def mark_left(job: ImportJob, domain: str, fits: int, why: str) -> None:
    _run(MARK_LEFT, job=job.pk, domain=domain, fits=fits, faults=Jsonb([("", why)]))


def mark_beyond(job: ImportJob, fits: int) -> None:
    _run(MARK_BEYOND, job=job.pk, fits=fits)


def lines_of(job: ImportJob, keys: Iterable[str]) -> dict[str, int]:
    """The first line about each of these addresses or names."""
    found = ImportRow.objects.filter(job=job, key__in=list(keys)).order_by("-line")
    return dict(found.values_list("key", "line"))


def places(account: Account, what: Countable) -> int | None:
    """How many more fit into the plan and into the reseller's; None: there is no limit."""
    rooms = [room_for(each, what) for each in (account, account.reseller) if each]
    return min((room.left for room in rooms if room.left is not None), default=None)


def _run(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
