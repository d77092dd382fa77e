import imaplib
import smtplib

import pytest
from passlib.hash import sha512_crypt

from mailboxes.models import Mailbox
from mailboxes.passwords import hash_password
from tests.conftest import PASSWORD
from tests.mailservers.clients import HOST, STACK, can_sign_in, imap, trust


def test_a_new_mailbox_signs_in_at_once(new_mailbox):
    assert can_sign_in(new_mailbox().address)


def test_the_case_of_the_address_does_not_matter(new_mailbox):
    assert can_sign_in(new_mailbox().address.upper())


@pytest.mark.parametrize(
    "password_hash",
    [
        "{SHA512-CRYPT}" + sha512_crypt.using(rounds=5000).hash(PASSWORD),
        "{BLF-CRYPT}$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS",  # of PASSWORD
    ],
    ids=["sha512", "bcrypt"],
)
def test_hashes_from_elsewhere_work(new_mailbox, password_hash):
    mailbox = new_mailbox(password_hash=password_hash)
    assert can_sign_in(mailbox.address)
    assert not can_sign_in(mailbox.address, "wrong")


def test_a_wrong_password_is_refused(new_mailbox):
    assert not can_sign_in(new_mailbox().address, "wrong")


def test_a_changed_password_counts_at_once(new_mailbox):
    mailbox = new_mailbox()
    assert can_sign_in(mailbox.address)
    Mailbox.objects.filter(pk=mailbox.pk).update(password_hash=hash_password("another one"))
    assert not can_sign_in(mailbox.address)
    assert can_sign_in(mailbox.address, "another one")


@pytest.mark.parametrize("state", ["disabled", "blocked", "deleting"])
def test_only_active_mailboxes_sign_in(new_mailbox, state):
    mailbox = new_mailbox(state=state)
    assert not can_sign_in(mailbox.address)
    Mailbox.objects.filter(pk=mailbox.pk).update(state="active")
    assert can_sign_in(mailbox.address)


def test_the_usual_folders_are_there(new_mailbox):
    with imap(new_mailbox().address) as session:
        listing = b" ".join(session.list()[1])
    for folder in (b"Sent", b"Drafts", b"Trash", b"Junk", b"Archive"):
        assert b"\\" + folder in listing


def test_imap_offers_starttls(new_mailbox):
    address = new_mailbox().address
    with imaplib.IMAP4(HOST, STACK.ports["imap"]) as session:
        session.starttls(trust())
        assert session.login(address, PASSWORD)[0] == "OK"


def test_submission_takes_no_password_before_starttls():
    with smtplib.SMTP(HOST, STACK.ports["submission"]) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        client.starttls(context=trust())
        client.ehlo()
        assert client.has_extn("auth")


def test_the_mail_exchanger_offers_no_sign_in():
    with smtplib.SMTP(HOST, STACK.ports["smtp"]) as client:
        client.starttls(context=trust())
        client.ehlo()
        assert not client.has_extn("auth")
