"""The interface through which the worker on the mail host gives Dovecot orders."""

import imaplib

import pytest
from django.conf import settings

from mailboxes import doveadm
from tests.mailservers.clients import control, imap, send, wait_for


def test_it_says_how_full_a_mailbox_is(new_mailbox):
    mailbox = new_mailbox(quota_bytes=100 * 2**10)
    assert send(mailbox.address) == 250

    def stored():
        rows = doveadm.run("quotaGet", {"user": mailbox.address})
        return {row["type"]: (row["value"], row["limit"]) for row in rows}

    wait_for(lambda: stored()["MESSAGE"][0] == "1", "one message")
    assert stored()["STORAGE"][1] == "100"


def test_it_knows_disabled_mailboxes_too(new_mailbox):
    mailbox = new_mailbox(state="deleting")
    assert doveadm.run("quotaGet", {"user": mailbox.address})


def test_a_kick_ends_open_sessions(new_mailbox):
    address = new_mailbox().address

    def session_that_is_kicked():
        with imap(address) as session:
            doveadm.kick(address)
            wait_for(lambda: session.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session_that_is_kicked()


def test_kicking_nobody_is_fine(new_mailbox):
    doveadm.kick(new_mailbox().address)


def test_a_wrong_key_is_refused(new_mailbox, monkeypatch):
    monkeypatch.setattr(settings, "DOVEADM_KEY", "wrong")
    with pytest.raises(doveadm.HostError):
        doveadm.kick(new_mailbox().address)


def test_a_stopped_dovecot_is_told_apart(new_mailbox):
    control("stop", "dovecot")
    try:
        with pytest.raises(doveadm.HostError, match="does not answer"):
            doveadm.kick(new_mailbox().address)
    finally:
        control("start", "dovecot")
