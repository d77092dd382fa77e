"""A worker that is killed in the middle of a settlement: nothing is announced half, or never."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from mailboxes.models import HostJob
from notifications.models import Alert, Notice
from quotas.models import Change, Level
from quotas.settlement import settle
from tests.mailservers.clients import wait_for
from tests.quotas.test_settlement import fill

pytestmark = pytest.mark.django_db(transaction=True)
BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"


def database_url():
    name = settings.DATABASES["default"]["NAME"]
    return os.environ["KUPLOY_DATABASE_URL"].replace("/kuploy?", f"/{name}?")


@contextmanager
def held(table: str) -> Iterator[psycopg.Connection]:
    """Nobody can write to the table."""
    with psycopg.connect(database_url()) as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield holder


# The pool's own threads would keep the interpreter from ending.
SETTLE = """
import django; django.setup()
from django.db import connection
from quotas import tasks
tasks.settle()
connection.close(); connection.close_pool()
"""


@contextmanager
def settling() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that settles as a worker does; killed in the end, if it is still there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kuploy.settings",
        "KUPLOY_DATABASE_URL": database_url(),
    }
    process = subprocess.Popen([sys.executable, "-c", SETTLE], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


@pytest.mark.parametrize(
    "phase",
    [
        "quotas_change",
        "quotas_total",
        "quotas_level",
        "notifications_alert",
        "notifications_notice",
        "notifications_delivery",
        "mailboxes_hostjob",
    ],
)
def test_killed_in_any_phase_it_is_done_once_by_the_next(mailbox, alice, phase):
    fill(mailbox, 90)
    with held(phase) as holder, settling():
        wait_for(lambda: holder.execute(BLOCKED, [phase]).fetchone()[0], f"{phase} to be reached")
    # The server notices that its client is gone, and takes back what it had done.
    wait_for(settle, "the next settlement")
    assert Alert.objects.filter(kind="quota_80").count() == 1
    assert Notice.objects.filter(alert__kind="quota_80").count() == 2
    assert HostJob.objects.filter(kind="warn").count() == 1
    assert Level.objects.get(subject=mailbox.pk).moves == 1
    assert not Change.objects.exists()


def test_while_one_settles_another_does_not_judge_by_newer_figures(mailbox):
    fill(mailbox, 82)
    with held("notifications_notice") as holder, settling() as first:
        reached = "notifications_notice"
        wait_for(lambda: holder.execute(BLOCKED, [reached]).fetchone()[0], "the first")
        fill(mailbox, 96)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        assert settle() == 0
        holder.rollback()
        assert first.wait(timeout=10) == 0
    kinds = Alert.objects.filter(facts__address=mailbox.address).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["quota_80", "quota_95"]
