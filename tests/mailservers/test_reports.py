"""Reports in a real mailbox: each is counted once and gone, whatever lies among them."""

import imaplib
import os
import signal
import smtplib
import socketserver
import subprocess
import sys
from secrets import token_hex
from urllib.parse import quote

import pytest
from django.db import connection

from domains.reports import inbox, keeping, reading, tasks
from domains.reports.models import Inbox, Report, Sum
from tests.conftest import PASSWORD
from tests.domains.reports.reports import mail, mailed, row
from tests.mailservers.clients import HOST, STACK, TIMEOUT_SECONDS, imap, subjects, wait_for


def url_of(address, port=None):
    user, password = quote(address, safe=""), quote(PASSWORD, safe="")
    return f"imap://{user}:{password}@{HOST}:{port or STACK.ports['imap']}"


@pytest.fixture
def address(new_mailbox, settings):
    """The mailbox to which reports go."""
    Inbox.objects.all().delete()
    address = new_mailbox().address
    settings.REPORTS_ADDRESS, settings.REPORTS_IMAP_URL = address, url_of(address)
    yield address
    Inbox.objects.all().delete()


def put(address, *messages):
    with imap(address) as session:
        for raw in messages:
            session.append("INBOX", None, None, raw)


def counted(domain):
    return sum(Sum.objects.filter(domain=domain).values_list("messages", flat=True))


@pytest.fixture
def subject(new_domain):
    """The domain that the reports are about."""
    return new_domain()


@pytest.fixture
def report(subject):
    def make(number=1):
        rows = row(count=number, header_from=subject.name)
        return mailed(rows, domain=subject.name, report_id=f"r{number}")

    return make


def test_each_report_is_counted_and_deleted(address, subject, report):
    put(address, report(1), report(2), report(2), report(4))
    tasks.read()
    assert counted(subject) == 7
    assert subjects(address) == []
    state = Inbox.objects.get()
    assert (state.counted, state.set_aside, state.failure) == (4, 0, "")
    assert state.read_at


def test_what_is_no_report_is_set_aside_and_holds_up_nothing(
    address, subject, report, monkeypatch, caplog
):
    monkeypatch.setattr(reading, "LARGEST_BYTES", 20_000)
    large = mail(os.urandom(30_000), subtype="zip")
    put(address, mail(b"secret words"), large, report(1), b"\xff\n\nhi\n", report(2))
    tasks.read()
    assert counted(subject) == 3
    assert subjects(address) == []
    assert len(subjects(address, f'"{inbox.ASIDE}"')) == 3
    assert "it holds no report" in caplog.text
    assert "it is too large" in caplog.text
    assert "secret" not in caplog.text


def test_what_was_set_aside_goes_after_a_month(address, report):
    put(address, mail())
    tasks.read()
    with imap(address) as session:
        session.append(f'"{inbox.ASIDE}"', None, '"01-Jan-2026 00:00:00 +0000"', mail())
    tasks.read()
    assert len(subjects(address, f'"{inbox.ASIDE}"')) == 1


def test_a_run_ends_in_time_and_the_next_one_goes_on(address, subject, report, monkeypatch):
    monkeypatch.setattr(reading, "MOST_MESSAGES", 2)
    put(address, report(1), report(2), report(4))
    tasks.read()
    assert counted(subject) == 3
    tasks.read()
    assert counted(subject) == 7


def test_only_one_reads_at_a_time(address, subject, report):
    put(address, report(1))
    assert Inbox.objects.claim()
    tasks.read()
    assert counted(subject) == 0
    Inbox.objects.update(claimed_at=None)
    tasks.read()
    assert counted(subject) == 1


def test_a_message_that_ends_the_run_lets_the_others_go_first(
    address, subject, report, monkeypatch
):
    keep = keeping.keep

    def stumble(feedback, vouched_by):
        if feedback.report_id == "r1":
            raise MemoryError
        return keep(feedback, vouched_by)

    monkeypatch.setattr(keeping, "keep", stumble)
    put(address, report(1), report(2), report(4))
    for total in (0, 6):
        with pytest.raises(MemoryError):
            tasks.read()
        assert counted(subject) == total
        Inbox.objects.update(claimed_at=None)
    assert len(subjects(address)) == 1


def run_apart(code, address, settings):
    """A reader in a process of its own: how it ended."""
    environment = {
        **os.environ, "KUPLOY_REPORTS_ADDRESS": address,
        "KUPLOY_REPORTS_IMAP_URL": settings.REPORTS_IMAP_URL,
        "KUPLOY_DATABASE_URL": STACK.database_url, "DJANGO_SETTINGS_MODULE": "kuploy.settings",
    }  # fmt: skip
    return subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode


def forget_the_claim():
    """That of a dead reader runs out."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reports_inbox SET claimed_at = now() - interval '6 minutes'")


KILLED = """
import os, signal, django
django.setup()
from domains.reports import inbox, tasks
inbox.Inbox.delete = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
tasks.read()
"""


def test_a_reader_killed_before_the_deletion_counts_nothing_twice(
    address, subject, report, settings
):
    put(address, report(1), report(2))
    assert run_apart(KILLED, address, settings) == -signal.SIGKILL
    assert counted(subject) == 1
    assert len(subjects(address)) == 2
    forget_the_claim()
    tasks.read()
    assert counted(subject) == 3
    assert subjects(address) == []


HURTS = """
import os, signal, django
django.setup()
from domains.reports import parsing, tasks
parsing.parse = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
tasks.read()
"""


def test_a_message_that_twice_killed_its_reader_holds_up_nobody(
    address, subject, report, settings, caplog
):
    put(address, report(1))
    for _time in range(2):
        assert run_apart(HURTS, address, settings) == -signal.SIGKILL
        forget_the_claim()
    put(address, report(2))
    tasks.read()
    assert counted(subject) == 2
    assert len(subjects(address, f'"{inbox.ASIDE}"')) == 1
    assert "came to no end" in caplog.text


def test_what_makes_no_sense_to_the_reader_of_mail_holds_up_nobody(address, subject, report):
    put(address, b"Content-Type: multipart/mixed; boundary*=idna''%FF\r\n\r\nx\r\n", report(1))
    tasks.read()
    assert counted(subject) == 1


def test_a_mailbox_with_more_than_one_answer_can_hold_is_read(
    address, subject, report, monkeypatch
):
    monkeypatch.setattr(imaplib, "_MAXLINE", 1500)
    monkeypatch.setattr(inbox, "MOST_FOUND", 100)
    with imap(address) as session:
        session.append("INBOX", None, None, report(1))
        for _doubled in range(9):
            session.select("INBOX")
            session.copy("1:*", "INBOX")
    tasks.read()
    assert Inbox.objects.get().failure == ""
    assert counted(subject) == 1
    assert len(subjects(address)) == 412


def test_a_mailbox_that_cannot_be_opened_is_said(address, settings):
    settings.REPORTS_IMAP_URL = url_of(address).replace(quote(PASSWORD, safe=""), "wrong")
    tasks.read()
    state = Inbox.objects.get()
    assert "AUTHENTICATIONFAILED" in state.failure
    assert state.failed_at
    assert "wrong" not in state.failure
    settings.REPORTS_IMAP_URL = url_of(address)
    tasks.read()
    assert Inbox.objects.get().failure == ""


def test_a_server_that_is_silent_or_away_is_said(address, settings, monkeypatch):
    monkeypatch.setattr(inbox, "TIMEOUT_SECONDS", 0.3)
    silent = socketserver.TCPServer((HOST, 0), socketserver.BaseRequestHandler)
    settings.REPORTS_IMAP_URL = url_of(address, silent.server_address[1])
    tasks.read()
    assert "timed out" in Inbox.objects.get().failure
    silent.server_close()
    tasks.read()
    assert "refused" in Inbox.objects.get().failure


def test_a_report_from_outside_is_read_as_any_other_mail(address, subject, report):
    """And what its sender claims of a proof was taken away on the way."""
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        client.sendmail("noreply@receiver.test", [address], report(1))
    wait_for(lambda: subjects(address), "the report")
    tasks.read()
    assert counted(subject) == 1
    assert Report.objects.get(domain=subject).vouched_by == ""


def test_only_a_wildcard_lets_receivers_send_reports(db, settings):
    """The demonstration's name server has one for its own address."""
    Inbox.objects.all().delete()
    zone = STACK.zone_file.read_text()
    origin = f"$ORIGIN {token_hex(4)}.test.\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n"
    host = origin.split()[1].rstrip(".")
    settings.REPORTS_ADDRESS = f"dmarc@{host}"
    try:
        STACK.zone_file.write_text(f"{zone}\n{origin}ns A 127.0.0.1\n")
        wait_for(lambda: found_out() is False, "the missing record")
        STACK.zone_file.write_text(
            f'{zone}\n{origin}ns A 127.0.0.1\n*._report._dmarc TXT "v=DMARC1"\n'
        )
        wait_for(lambda: found_out() is True, "the record")
    finally:
        STACK.zone_file.write_text(zone)
        Inbox.objects.all().delete()


def found_out():
    tasks.check_address()
    box = Inbox.objects.first()
    return box and box.takes_reports
