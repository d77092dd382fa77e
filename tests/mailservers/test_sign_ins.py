"""Who signed in, as Dovecot notes it in the database."""

import smtplib

import pytest
from django.db import connection

from mailboxes.models import SignIn
from tests.conftest import PASSWORD
from tests.mailservers.clients import HOST, STACK, TIMEOUT_SECONDS, can_sign_in, imap, trust


def submission(address, password=PASSWORD):
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(address, password)


def noted(mailbox):
    return set(SignIn.objects.of(mailbox).values_list("way", "ip"))


def test_nobody_has_signed_in_at_first(new_mailbox):
    assert noted(new_mailbox()) == set()


def test_imap_and_sending_are_noted_with_their_address(new_mailbox):
    mailbox = new_mailbox()
    with imap(mailbox.address):
        pass
    submission(mailbox.address.upper())
    assert noted(mailbox) == {("imap", HOST), ("smtp", HOST)}


def test_a_wrong_password_is_no_sign_in(new_mailbox):
    mailbox = new_mailbox()
    assert not can_sign_in(mailbox.address, "a wrong horse")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        submission(mailbox.address, "a wrong horse")
    assert noted(mailbox) == set()


@pytest.fixture
def forbidden(new_mailbox):
    """Nothing can be noted, as when only a replica answers."""
    call = "EXECUTE ON FUNCTION mail.note_sign_in"
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE {call} FROM kuploy_dovecot")
        yield new_mailbox()
        cursor.execute(f"GRANT {call} TO kuploy_dovecot")


def test_sign_in_goes_on_when_nothing_can_be_noted(forbidden):
    with imap(forbidden.address):
        pass
    submission(forbidden.address)
    assert not can_sign_in(forbidden.address, "a wrong horse")
    assert noted(forbidden) == set()
