"""Each scheme that is taken opens its mailbox in the real Dovecot."""

import subprocess

import pytest

from mailboxes import hashes, passwords
from tests.conftest import PASSWORD
from tests.mailservers.clients import STACK, can_sign_in


def hash_by_dovecot(scheme: str) -> str:
    conf = STACK.folder / "dovecot" / "conf" / "dovecot.conf"
    command = ["doveadm", "-c", conf, "pw", "-s", scheme, "-p", PASSWORD]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("scheme", hashes.SCHEMES)
def test_who_has_a_hash_of_that_scheme_signs_in(new_mailbox, scheme):
    stored = hashes.parse(hash_by_dovecot(scheme))
    mailbox = new_mailbox(password_hash=stored)
    assert can_sign_in(mailbox.address)
    assert not can_sign_in(mailbox.address, "wrong")


@pytest.mark.parametrize("scheme", hashes.SCHEMES)
def test_the_own_page_says_the_same_as_dovecot(scheme):
    stored = hashes.parse(hash_by_dovecot(scheme))
    assert passwords.matches(PASSWORD, stored)
    assert not passwords.matches("wrong", stored)
    for length in (100, 200):
        assert not passwords.matches(PASSWORD + "ü" * length, stored)
