import pytest
from django.core.exceptions import ValidationError

from mailboxes import hashes

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
    assert hashes.is_hash(stored)
    assert hashes.parse(stored) == stored
    assert len(stored) <= 300


def test_each_scheme_that_is_taken_has_its_example():
    assert {stored[1:].partition("}")[0] for stored in GOOD} == hashes.SCHEMES.keys()


def test_the_case_of_a_scheme_does_not_matter_and_crypt_means_what_follows():
    digest = "$6$salt$" + "a" * 86
    for typed in ("{sha512-crypt}", "{CRYPT}", "{crypt}"):
        assert hashes.parse(typed + digest) == "{SHA512-CRYPT}" + digest


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
        hashes.parse(typed)


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
        hashes.parse(typed)
