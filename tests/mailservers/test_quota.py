from mailboxes.models import Mailbox
from quotas.models import Usage
from tests.conftest import make_alias
from tests.mailservers.clients import imap, say_rcpt, send, subjects, wait_for

FULL = 452
KB = 2**10


def usage(address):
    return Usage.objects.filter(username=address).values_list("bytes", "messages").first()


def fill(mailbox, size=20 * KB):
    assert send(mailbox.address, "Much", size=size) == 250
    wait_for(lambda: usage(mailbox.address), "a usage row")


def test_a_delivery_is_counted_at_once(new_mailbox):
    address = new_mailbox().address
    assert usage(address) is None
    assert send(address, size=50 * KB) == 250
    size, messages = wait_for(lambda: usage(address), "a usage row")
    assert messages == 1
    assert 50 * KB < size < 55 * KB


def test_what_is_deleted_is_counted_after_the_session(new_mailbox):
    mailbox = new_mailbox()
    fill(mailbox)
    with imap(mailbox.address) as session:
        session.select()
        session.store("1", "+FLAGS", "\\Deleted")
        session.expunge()
    wait_for(lambda: usage(mailbox.address) == (0, 0), "an empty usage row")


def test_a_client_sees_size_and_message_cap(new_mailbox):
    with imap(new_mailbox(quota_bytes=100 * KB, quota_messages=77).address) as session:
        _, answer = session.getquotaroot("INBOX")
    assert b"STORAGE 0 100" in answer[1][0]
    assert b"MESSAGE 0 77" in answer[1][0]


def test_over_its_size_it_refuses_at_rcpt(new_mailbox):
    mailbox = new_mailbox(quota_bytes=10 * KB)
    fill(mailbox)
    assert say_rcpt(mailbox.address) == FULL
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_bytes=1000 * KB)
    assert say_rcpt(mailbox.address) == 250


def test_over_its_message_cap_it_refuses_at_rcpt(new_mailbox):
    mailbox = new_mailbox(quota_messages=1)
    fill(mailbox)
    assert say_rcpt(mailbox.address) == FULL


def test_so_does_an_alias_of_it(domain, new_mailbox):
    mailbox = new_mailbox(quota_bytes=10 * KB)
    fill(mailbox)
    alias = make_alias(domain, f"to-{mailbox.local_part}", mailbox.address)
    assert say_rcpt(alias.address) == FULL


def test_mail_far_beyond_the_size_is_not_stored(new_mailbox):
    mailbox = new_mailbox(quota_bytes=10 * KB)
    assert send(mailbox.address, "Too much", size=12_000 * KB) == 250
    assert send(mailbox.address, "Little") == 250
    wait_for(lambda: "Little" in subjects(mailbox.address), "the small message")
    assert subjects(mailbox.address) == ["Little"]
