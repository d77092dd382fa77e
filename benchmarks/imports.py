"""Imports of mailboxes: against hashing alone and COPY alone, and the memory they take."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Plan
from benchmarks.report import Figure
from domains.models import Domain
from mailboxes.imports import services
from mailboxes.imports.hashing import hash_all
from mailboxes.imports.models import ImportJob
from mailboxes.models import Mailbox

DOMAINS = 20
# Hashing ten thousand takes two minutes on two cores, whoever does it.
PLAIN = 1_000
HASHED = (10_000, 50_000)
HASH = "{SHA512-CRYPT}$6$saltsaltsaltsalt$" + "a" * 86
PASSWORD = "correct horse battery"
# Into the same table, with its indexes and triggers: the floor.
OUT = "COPY (SELECT {columns} FROM mailboxes_mailbox WHERE account_id = '{account}') TO STDOUT"
IN = "COPY mailboxes_mailbox ({columns}) FROM STDIN"
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
     WHERE attrelid = 'mailboxes_mailbox'::regclass AND attnum > 0
       AND NOT attisdropped AND attgenerated = ''
"""


def measure() -> Iterator[Figure]:
    """In the database that Django is connected to."""
    with _account() as account:
        seconds, _memory = _import(account, PLAIN, PASSWORD)
        floor = _hashing(PLAIN)
        rates = PLAIN / seconds, PLAIN / floor
        yield Figure("import, plain passwords", f"{PLAIN}", *rates, "rows/s")
    memory = []
    for rows in HASHED:
        with _account() as account:
            checked, applied, kilobytes = _both(account, rows)
            memory.append(kilobytes / 1024)
            floor = rows / _copy(account)
            name = f"{rows}"
            yield Figure("import, hashes: created", name, rows / applied, floor, "rows/s")
            yield Figure("import, hashes: checked", name, rows / checked, floor, "rows/s")
            yield Figure(
                "import, hashes: checked and created", name, rows / (checked + applied), floor,
                "rows/s",
            )  # fmt: skip
    yield Figure("import, peak memory", "50000:10000", memory[1], memory[0], "MB")


@contextmanager
def _account() -> Iterator[Account]:
    plan = Plan.objects.create(name="Import")
    account = Account.objects.create(name="Import", slug="bench-import", plan=plan)
    Domain.objects.bulk_create(
        Domain(account=account, name=_domain(n), status="active", proved_at="2026-01-01T00:00Z")
        for n in range(DOMAINS)
    )
    try:
        yield account
    finally:
        Mailbox.objects.filter(account=account).delete()
        AuditEvent.objects.filter(account=account).delete()
        account.delete()
        plan.delete()


def _domain(number: int) -> str:
    return f"import{number}.test"


def _import(account: Account, rows: int, password: str) -> tuple[float, float]:
    """Seconds to create what was checked before; peak memory in KB."""
    _turns(job := _upload(account, rows, password))
    return _turns(_applied(job))


def _both(account: Account, rows: int) -> tuple[float, float, float]:
    checked, first = _turns(job := _upload(account, rows, HASH))
    applied, second = _turns(_applied(job))
    assert Mailbox.objects.filter(account=account).count() == rows
    return checked, applied, max(first, second)


def _upload(account: Account, rows: int, password: str) -> ImportJob:
    lines = (f"user{n}@{_domain(n % DOMAINS)};{password}\n" for n in range(rows))
    file = SimpleUploadedFile("bench.csv", "".join(lines).encode())
    given = {"account": account, "domain_ids": None, "actor": Actor.system(account)}
    return services.upload(kind="mailbox", mode="default", file=file, **given)


def _applied(job: ImportJob) -> ImportJob:
    job.refresh_from_db()
    services.apply(job=job, domain_ids=None, actor=Actor.system(job.account))
    return job


def _turns(job: ImportJob) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.importing", str(job.pk)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, kilobytes = done.stdout.split()[-2:]
    return float(seconds), float(kilobytes)


def _hashing(rows: int) -> float:
    began = perf_counter()
    hash_all([PASSWORD] * rows)
    return perf_counter() - began


def _copy(account: Account) -> float:
    """Seconds to put the same rows there again, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        columns = cursor.fetchone()[0]
        content = io.BytesIO()
        with cursor.copy(OUT.format(columns=columns, account=account.pk)) as copy:
            for part in copy:
                content.write(part)
        Mailbox.objects.filter(account=account).delete()
        began = perf_counter()
        with cursor.copy(IN.format(columns=columns)) as copy:
            copy.write(content.getvalue())
        return perf_counter() - began
