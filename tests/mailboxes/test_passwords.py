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


GOOD = [
    "{ARGON2ID}$argon2id$v=19$m=65536,t=4,p=1$c2FsdHNhbHRzYWx0$" + "h" * 43,
    "{ARGON2I}$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$" + "h" * 43,
    "{BLF-CRYPT}$2y$12$" + "a" * 53,
    "{SHA512-CRYPT}$6$salt$" + "a" * 86,
    "{SHA512-CRYPT}$6$rounds=100000$salt$" + "a" * 86,
    "{SHA256-CRYPT}$5$salt$" + "a" * 43,
    "{PBKDF2}$1$salt$5000$" + "0a" * 20,
    "{SSHA512}" + "a" * 91 + "=",
    "{SSHA256}" + "a" * 48,
    "{SSHA}" + "a" * 32,
    "{MD5-CRYPT}$1$salt$" + "a" * 22,
]


@pytest.mark.parametrize("stored", GOOD)
def test_a_hash_made_elsewhere_is_taken_as_it_is(stored):
    assert passwords.is_hash(stored)
    assert passwords.parse_hash(stored) == stored
    assert len(stored) <= 300


def test_each_scheme_that_is_taken_has_its_example():
    assert {stored[1:].partition("}")[0] for stored in GOOD} == passwords.SCHEMES.keys()


def test_the_case_of_a_scheme_does_not_matter_and_crypt_means_what_follows():
    digest = "$6$salt$" + "a" * 86
    for typed in ("{sha512-crypt}", "{CRYPT}", "{crypt}"):
        assert passwords.parse_hash(typed + digest) == "{SHA512-CRYPT}" + digest


@pytest.mark.parametrize(
    "typed",
    [
        "{PLAIN}secret",
        "{MD5}" + "a" * 24,
        "{CRYPT}ab01FAX.bQRSU",
        "{SHA512-CRYPT.HEX}aa",
        "{secret}word",
        "secret",
        "",
    ],
)
def test_other_schemes_are_refused_with_the_list_of_those_taken(typed):
    with pytest.raises(ValidationError, match="ARGON2ID, ARGON2I, BLF-CRYPT"):
        passwords.parse_hash(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "{BLF-CRYPT}$2y$31$" + "a" * 53,
        "{SHA512-CRYPT}$6$rounds=999999999$salt$" + "a" * 86,
        "{ARGON2ID}$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHRzYWx0$" + "h" * 43,
        "{ARGON2ID}$argon2id$v=19$m=65536,t=99,p=1$c2FsdHNhbHRzYWx0$" + "h" * 43,
        "{PBKDF2}$1$salt$9999999$" + "0a" * 20,
        "{SSHA512}" + "a" * 300,
        "{SHA512-CRYPT}$6$salt$" + "a" * 86 + "\n",
        "{SHA512-CRYPT}",
        "{MD5-CRYPT}$1$salt$short",
    ],
)
def test_a_hash_that_is_none_or_takes_too_long_is_refused(typed):
    with pytest.raises(ValidationError, match="no such hash"):
        passwords.parse_hash(typed)
