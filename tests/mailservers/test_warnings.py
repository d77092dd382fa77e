"""The user of a mailbox is told that it fills up: in the mailbox, however full it is."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Suspension
from mailboxes import tasks
from mailboxes.models import SHORT_CLAIM_LASTS, HostJob, Mailbox
from mailboxes.passwords import hash_password
from tests.conftest import GB, PASSWORD
from tests.mailservers.clients import control, imap, say_rcpt, send, sent_to, subjects, wait_for

FULL = 452
KB = 2**10


def owed(mailbox: Mailbox, crossed: int = 95, metric: str = "space", **sizes: int) -> HostJob:
    """A warning as the settlement writes it down."""
    facts = {"metric": metric, "crossed": crossed, "used": int(7.75 * GB), "limit": 8 * GB, **sizes}
    return HostJob.objects.create(
        kind=HostJob.Kind.WARN, host=mailbox.host, mailbox_id=mailbox.pk, address=mailbox.address,
        home=mailbox.home, facts=facts,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _no_jobs_left(db: None) -> Iterator[None]:
    yield
    HostJob.objects.all().delete()


def work() -> None:
    """What the worker of the mail host does at a nudge."""
    tasks.do_host_jobs(settings.MAIL_HOST)


def notices(mailbox: Mailbox) -> list[EmailMessage]:
    with imap(mailbox.address) as session:
        session.select(readonly=True)
        _, parts = session.uid("FETCH", "1:*", "(BODY.PEEK[])")
    found = [message_from_bytes(p[1], policy=default) for p in parts if isinstance(p, tuple)]
    return [mail for mail in found if mail["Auto-Submitted"] == "auto-generated"]


def change(mailbox: Mailbox, **fields: object) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(**fields)


@pytest.mark.parametrize(
    ("crossed", "subject"),
    [
        (80, "Your mailbox is 80% full"),
        (95, "Your mailbox is 95% full"),
        (100, "Your mailbox is full: new mail is refused"),
    ],
)
def test_it_arrives_at_each_level(new_mailbox, crossed, subject):
    mailbox = new_mailbox()
    owed(mailbox, crossed)
    work()
    (notice,) = notices(mailbox)
    assert notice["Subject"] == subject
    assert notice["To"] == mailbox.address
    assert notice["From"] == settings.DEFAULT_FROM_EMAIL
    assert f"{mailbox.address} holds 7.7 of 8 GB" in notice.get_content()
    assert not HostJob.objects.exists()


def test_it_arrives_far_past_the_size(new_mailbox):
    mailbox = new_mailbox()
    assert send(mailbox.address, "Large", size=12_000 * KB) == 250
    wait_for(lambda: subjects(mailbox.address), "the large message")
    change(mailbox, quota_bytes=10 * KB)
    assert say_rcpt(mailbox.address) == FULL
    owed(mailbox, 100)
    work()
    assert len(notices(mailbox)) == 1


def with_too_many(mailbox: Mailbox) -> Mailbox:
    """Two messages where one is allowed."""
    for subject in ("one", "two"):
        assert send(mailbox.address, subject) == 250
    wait_for(lambda: len(subjects(mailbox.address)) == 2, "two messages")
    change(mailbox, quota_messages=1)
    assert say_rcpt(mailbox.address) == FULL
    return mailbox


def test_it_arrives_past_the_message_cap(new_mailbox):
    mailbox = with_too_many(new_mailbox())
    owed(mailbox, 100, "messages", used=2, limit=1)
    work()
    (notice,) = notices(mailbox)
    assert "holds 2 of at most 1 messages" in notice.get_content()


def test_it_arrives_in_a_full_postmaster_mailbox(domain):
    postmaster = Mailbox.objects.get(address=f"postmaster@{domain.name}")
    change(postmaster, password_hash=hash_password(PASSWORD))
    with_too_many(postmaster)
    change(postmaster, quota_bytes=1)
    owed(postmaster, 100, used=50 * 2**20, limit=50 * 2**20)
    work()
    (notice,) = notices(postmaster)
    assert "holds 50 of 50 MB" in notice.get_content()


def test_it_speaks_the_users_language(new_mailbox):
    mailbox = new_mailbox(language="de")
    owed(mailbox, 80)
    work()
    (notice,) = notices(mailbox)
    assert notice["Subject"] == "Ihr Postfach ist zu 80 % voll"
    assert notice["Content-Language"] == "de"
    assert "sind 7,7 von 8 GB belegt" in notice.get_content()


def test_filters_neither_answer_it_nor_send_it_away(new_mailbox):
    mailbox = new_mailbox()
    away = f"away-{mailbox.address}.elsewhere.test"
    script = f'require "vacation";\nvacation "Back on Monday";\nredirect "{away}";\n'
    change(mailbox, sieve_script=script)
    owed(mailbox)
    work()
    assert len(notices(mailbox)) == 1
    assert send(mailbox.address, "After it") == 250
    (forwarded,) = wait_for(lambda: sent_to(away), "the forwarded message")
    assert forwarded["Subject"] == "After it"
    assert sent_to("noreply@kuploy.test") == []


def test_a_worker_killed_after_the_delivery_repeats_the_same_message(new_mailbox):
    mailbox = new_mailbox()
    job = owed(mailbox)
    _worker_that_dies_after_the_delivery()
    assert len(notices(mailbox)) == 1
    work()
    assert len(notices(mailbox)) == 1  # the dead worker's claim still holds
    HostJob.objects.update(claimed_at=F("claimed_at") - SHORT_CLAIM_LASTS)
    work()
    first, second = notices(mailbox)
    assert first["Message-ID"] == second["Message-ID"]
    assert not HostJob.objects.filter(pk=job.pk).exists()


def _worker_that_dies_after_the_delivery() -> None:
    code = (
        "import django, os; django.setup();"
        "from mailboxes import lmtp, tasks; deliver = lmtp.deliver;"
        "lmtp.deliver = lambda *it: (deliver(*it), os.kill(os.getpid(), 9));"
        f"tasks.do_host_jobs({settings.MAIL_HOST!r})"
    )
    database = os.environ["KUPLOY_DATABASE_URL"].replace(
        "/kuploy?", f"/{settings.DATABASES['default']['NAME']}?"
    )
    environment = {**os.environ, "KUPLOY_DATABASE_URL": database}
    environment["DJANGO_SETTINGS_MODULE"] = "kuploy.settings"
    done = subprocess.run([sys.executable, "-c", code], env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_with_dovecot_away_it_arrives_later(new_mailbox):
    mailbox = new_mailbox()
    owed(mailbox)
    control("stop", "dovecot")
    try:
        work()
        assert "did not take a notice" in HostJob.objects.get().last_error
    finally:
        control("start", "dovecot")
    HostJob.objects.update(due_at=Now())
    work()
    assert len(notices(mailbox)) == 1


def test_a_host_that_does_not_know_its_dovecot_says_so(new_mailbox, settings):
    settings.LMTP_URL = ""
    owed(new_mailbox())
    work()
    assert "KUPLOY_LMTP_URL is not set" in HostJob.objects.get().last_error


@pytest.mark.parametrize(
    "change_to",
    [
        {"state": "disabled"},
        {"state": "blocked"},
        {"state": "deleting"},
        {"domain_served": False},
        {"provider_step": Suspension.NO_SIGN_IN},
    ],
)
def test_who_cannot_read_it_gets_none(new_mailbox, change_to):
    mailbox = new_mailbox(**change_to)
    owed(mailbox)
    work()
    assert not HostJob.objects.exists()
    change(mailbox, state="active", domain_served=True, provider_step=Suspension.NONE)
    assert subjects(mailbox.address) == []


def test_a_mailbox_that_is_gone_gets_none(new_mailbox):
    mailbox = new_mailbox()
    owed(mailbox)
    mailbox.delete()
    work()
    assert not HostJob.objects.exists()
