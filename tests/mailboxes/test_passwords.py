import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from passlib.hash import argon2

from mailboxes import passwords
from mailboxes.models import HostJob
from tests.conftest import PASSWORD

ADDRESS = "wilhelmina@acme.test"
STORED = re.compile(r"\{ARGON2ID\}\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]+\$[\w+/]+")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "pässwörtlich",
        "密码密码密码密码",
        "🙂🙂🙂🙂🙂🙂🙂🙂",
        " spaces at ends ",
        "x" * 100 + "1" * 28,
    ],
)
def test_a_good_one_is_taken_and_hashed_as_dovecot_reads_it(password):
    passwords.check(password, ADDRESS)
    stored = passwords.hash_password(password)
    assert STORED.fullmatch(stored)
    assert argon2.verify(password, stored.removeprefix("{ARGON2ID}"))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("seven77", "at least 8"),
        ("", "at least 8"),
        ("password", "too common"),
        ("PASSWORD1", "too common"),
        ("1234567890", "too common"),
        ("73915503824", "entirely numeric"),
        (ADDRESS, "must not be the address"),
        (ADDRESS.upper(), "must not be the address"),
        ("wilhelmina", "must not be the address"),
        ("acme.test", "must not be the address"),
        ("x" * 129, "at most 128"),
    ],
)
def test_a_bad_one_is_refused_with_the_reason(password, reason):
    with pytest.raises(ValidationError, match=reason):
        passwords.check(password, ADDRESS)


def test_the_same_password_is_hashed_differently_each_time():
    assert passwords.hash_password(PASSWORD) != passwords.hash_password(PASSWORD)


def test_a_mailbox_nobody_signs_in_to_has_a_hash_too():
    assert STORED.fullmatch(passwords.unusable())


@pytest.mark.parametrize(
    ("password", "score"),
    [("", 0), ("password", 0), (ADDRESS, 0), ("correct horse battery staple", 4)],
)
def test_the_meter_estimates_the_guesses(password, score):
    assert passwords.strength(password, ADDRESS) == score


def test_a_huge_password_does_not_keep_the_meter_busy():
    passwords.strength("aA1!" * 100_000, ADDRESS)


@pytest.fixture
def url(mailbox):
    return reverse("mailboxes:password", args=["acme", mailbox.pk])


def test_a_change_counts_at_once_and_ends_open_sessions(as_alice, url, mailbox, queued):
    before = mailbox.password_hash
    with queued() as jobs:
        assert as_alice.post(url, {"password": "another good horse"}).status_code == 302
    mailbox.refresh_from_db()
    assert argon2.verify("another good horse", mailbox.password_hash.removeprefix("{ARGON2ID}"))
    assert mailbox.password_hash != before
    job = HostJob.objects.get()
    assert (job.kind, job.address, job.host) == ("kick", "info@acme.test", mailbox.host)
    assert jobs == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


@pytest.mark.parametrize(
    "password", ["", "short", "password", "info@acme.test", "x" * 129, "good\0enough horse"]
)
def test_a_bad_one_changes_nothing(as_alice, url, mailbox, password):
    before = mailbox.password_hash
    assert as_alice.post(url, {"password": password}).status_code == 422
    mailbox.refresh_from_db()
    assert mailbox.password_hash == before
    assert not HostJob.objects.exists()


def test_spaces_at_the_ends_belong_to_it(as_alice, url, mailbox):
    as_alice.post(url, {"password": "  two good horses "})
    mailbox.refresh_from_db()
    assert argon2.verify("  two good horses ", mailbox.password_hash.removeprefix("{ARGON2ID}"))


def test_the_meter_is_a_fragment(as_alice, acme):
    url = reverse("mailboxes:strength", args=["acme"])
    response = as_alice.post(url, {"password": "correct horse battery staple"})
    assert response.status_code == 200
    assert "<html" not in response.text
    assert response.context["score"] == 4


def test_no_page_shows_a_hash(as_alice, mailbox):
    for path in ("", "edit/", "delete/"):
        response = as_alice.get(mailbox.get_absolute_url() + path)
        assert "argon2" not in response.text.lower()


def test_a_password_made_to_be_slow_is_judged_by_its_beginning(monkeypatch):
    judged = []
    monkeypatch.setattr(passwords, "zxcvbn", lambda word, **_: judged.append(word) or {"score": 0})
    passwords.strength("4@8({[<369&#!1/|0$5+7%2" * 5, ADDRESS)
    assert len(judged[0]) == 20
