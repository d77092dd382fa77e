"""Tools → Migration → New: a server and whose mail, from a form or a file."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Account, AuditEvent
from mailboxes.migration import wanted
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State
from tests.conftest import make_domain, make_mailbox

ONE = {
    "host": "imap.old.test", "security": "tls", "remote_user": "anna",
    "remote_password": "old pass", "address": "Info@Acme.test",
}  # fmt: skip


@pytest.fixture
def url(acme):
    return reverse("migration:add", args=[acme.slug])


def file(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text if isinstance(text, bytes) else text.encode())


def with_file(text: str | bytes, **more: object) -> dict[str, object]:
    return {"host": "imap.old.test", "security": "starttls", "file": file(text), **more}


def test_one_mailbox_is_tested_first(as_alice, url, mailbox, queued):
    with queued() as jobs:
        response = as_alice.post(url, ONE)
    move = MigrationMailbox.objects.get()
    assert response.url == move.job.get_absolute_url()
    assert (move.mailbox, move.step, move.state) == (mailbox, "test", "waiting")
    assert (move.job.port, move.login.password) == (993, "old pass")
    assert ("mailboxes.migration.tasks.move", "mail1") in jobs


def test_a_password_is_stored_encrypted_and_recorded_nowhere(as_alice, url, mailbox):
    as_alice.post(url, ONE)
    assert b"old pass" not in bytes(MigrationMailbox.objects.get().password)
    event = AuditEvent.objects.get(action="migration.added")
    assert "old pass" not in str(event.details)


def test_a_provider_from_the_list_needs_no_server(as_alice, url, mailbox):
    as_alice.post(url, {**ONE, "preset": "gmail", "host": "", "security": "none"})
    job = MigrationJob.objects.get()
    assert (job.host, job.port, job.security) == ("imap.gmail.com", 993, "tls")


@pytest.mark.parametrize(
    "text",
    [
        'anna;"s3;cret";info@acme.test',
        '\ufeffuser;password;mailbox\r\nanna;"s3;cret";info@acme.test\r\n',
        'anna,"s3;cret",info@acme.test',
        'anna\t"s3;cret"\tINFO@acme.test\n\n',
        'anna;"s3;cret";info@acme.test'.encode("utf-16"),
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(as_alice, url, mailbox, text):
    as_alice.post(url, with_file(text))
    move = MigrationMailbox.objects.get()
    assert (move.remote_user, move.login.password) == ("anna", "s3;cret")
    assert (move.mailbox, move.job.port) == (mailbox, 143)


def test_lines_that_cannot_be_used_are_named(as_alice, url):
    response = as_alice.post(url, with_file("a;b;info@acme.test\nx;y\na;;x@acme.test\na;b;c@\n"))
    assert response.status_code == 422
    assert "Line 2: It needs three columns" in response.text
    assert "Line 3: The user or the password is missing." in response.text
    assert "Line 4: “c@” is not an e-mail address." in response.text
    assert not MigrationJob.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("user;password;mailbox\n", "There is no mailbox in this file."),
        (b"a\0b;c;d@e.test", "NUL character"),
        (b"\x00" * (2**20 + 1), "larger than 1 MB"),
        ('a;"b;c@acme.test\n', "a quote is opened there"),
        ("a;b;info@acme.test\n" * 2, "info@acme.test is there 2 times"),
        ("".join(f"a;b;box{n}@acme.test\n" for n in range(1001)), "at most 1000 mailboxes"),
        ("," * 1_000_000, "no list of rows"),
    ],
)
def test_nasty_files_are_refused_where_they_were_chosen(as_alice, url, text, said):
    response = as_alice.post(url, with_file(text))
    assert response.status_code == 422
    assert said in response.text


@pytest.mark.parametrize("line", ["u{};p;b{}@acme.test\n", "u{};p;{}\n"])
def test_a_list_without_end_is_not_read_to_its_end(line):
    text = "".join(line.format(number, number) for number in range(20_000))
    began = time.process_time()
    with pytest.raises(ValidationError, match="at most 1000 mailboxes"):
        wanted.read(text.encode(), with_master=False)
    assert time.process_time() - began < 0.5


def test_a_mailbox_that_is_missing_is_listed(as_alice, url, mailbox):
    response = as_alice.post(url, with_file("a;b;info@acme.test\na;b;new@acme.test\n"), follow=True)
    missing = MigrationMailbox.objects.get(address="new@acme.test")
    assert (missing.mailbox, missing.state) == (None, State.FAILED)
    assert "There is no mailbox new@acme.test here" in response.text


def test_a_mailbox_of_another_tenant_is_missing_too(as_alice, url, charlie):
    theirs = make_domain(Account.objects.get(memberships__user=charlie), "elsewhere.test")
    make_mailbox(theirs)
    as_alice.post(url, with_file("a;b;info@elsewhere.test"))
    assert MigrationMailbox.objects.get().mailbox is None


def test_with_a_master_user_nobody_elses_password_is_needed(as_alice, url, mailbox):
    master = {"master_user": "root", "master_password": "master secret"}
    as_alice.post(url, with_file("anna;info@acme.test", **master))
    login = MigrationMailbox.objects.get().login
    assert (login.user, login.master, login.password) == ("anna", "root", "master secret")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"host": ""}, "Choose a provider from the list"),
        ({"host": "not a host"}, "is not a host name"),
        ({"port": "99999"}, "less than or equal to 65535"),
        ({"since": "2999-01-01"}, "That day is still to come."),
        ({"master_user": "root"}, "A master user and its password go together."),
        ({"remote_user": ""}, "Fill this in"),
        ({"address": "info"}, "is not an e-mail address"),
        ({"file": file("a;b;info@acme.test")}, "not both"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(as_alice, url, mailbox, typed, said):
    response = as_alice.post(url, {**ONE, **typed})
    assert response.status_code == 422
    assert said in response.text
    if "address" not in typed:
        assert "Info@Acme.test" in response.text


def test_our_own_network_is_refused_at_once(as_alice, url, mailbox, settings):
    settings.INSECURE_RECEIVERS = False
    response = as_alice.post(url, {**ONE, "host": "10.0.0.1"})
    assert response.status_code == 422
    assert "not on the public internet" in response.text


def test_a_plan_without_migration_says_whom_to_ask(as_alice, acme, url, plan):
    plan.migration = False
    plan.save()
    page = as_alice.get(reverse("migration:list", args=[acme.slug]))
    assert "Migration is not part of your plan" in page.text
    assert "For a larger plan" in page.text
    assert as_alice.post(url, ONE).status_code == 403
