"""Restarts of the database: the mail servers come back by themselves, within seconds."""

from django.db import connection

from tests.mailservers.clients import (
    can_sign_in,
    control,
    flush_queue,
    say_rcpt,
    send,
    subjects,
    wait_for,
)


def test_mail_flows_again_after_a_restart_of_postgres(new_mailbox):
    address = new_mailbox().address
    assert say_rcpt(address) == 250
    control("restart", "postgres")
    connection.close()
    wait_for(lambda: say_rcpt(address) == 250, "Postfix's return")
    wait_for(lambda: can_sign_in(address), "Dovecot's return")
    assert send(address, "After the restart") == 250
    wait_for(lambda: subjects(address) == ["After the restart"], "delivery")


def test_nothing_is_lost_while_dovecot_is_away(new_mailbox):
    address = new_mailbox().address
    control("stop", "dovecot")
    try:
        assert send(address, "Queued") == 250
    finally:
        control("start", "dovecot")
    flush_queue()
    wait_for(lambda: subjects(address) == ["Queued"], "the queued message")
