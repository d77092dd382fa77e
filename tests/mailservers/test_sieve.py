"""Forwarding and auto-reply come from the database: the next delivery obeys the row."""

from mailboxes.models import Mailbox
from tests.mailservers.clients import OUTSIDER, send, sent_to, subjects, wait_for


def filter_with(mailbox, script):
    Mailbox.objects.filter(pk=mailbox.pk).update(sieve_script=script)


def test_forwarding_with_a_copy(new_mailbox):
    mailbox = new_mailbox()
    away = f"copy-{mailbox.address}.elsewhere.test"
    filter_with(mailbox, f'require "copy";\nredirect :copy "{away}";\n')
    assert send(mailbox.address, "Both") == 250
    (forwarded,) = wait_for(lambda: sent_to(away), "the forwarded message")
    # The envelope is the mailbox's own, or SPF would fail where it arrives.
    assert forwarded["X-Envelope-From"] == f"<{mailbox.address}>"
    wait_for(lambda: subjects(mailbox.address) == ["Both"], "the copy")


def test_a_changed_script_is_used_at_once(new_mailbox):
    mailbox = new_mailbox()
    first, second = (f"{name}-{mailbox.address}.elsewhere.test" for name in ("one", "two"))
    for target in (first, second):
        filter_with(mailbox, f'redirect "{target}";\n')
        assert send(mailbox.address, target) == 250
        wait_for(lambda target=target: sent_to(target), target)
    assert [len(sent_to(target)) for target in (first, second)] == [1, 1]
    filter_with(mailbox, "")
    assert send(mailbox.address, "Kept again") == 250
    wait_for(lambda: subjects(mailbox.address) == ["Kept again"], "delivery without a script")


def test_forwarding_to_a_neighbour(new_mailbox):
    anna, ben = new_mailbox(), new_mailbox()
    filter_with(anna, f'redirect "{ben.address}";\n')
    assert send(anna.address, "Passed on") == 250
    wait_for(lambda: subjects(ben.address) == ["Passed on"], "the neighbour's copy")
    assert subjects(anna.address) == []


def test_an_auto_reply_is_sent_once_with_an_empty_sender(new_mailbox):
    mailbox = new_mailbox()
    writer = f"writer-{mailbox.address}.elsewhere.test"
    filter_with(
        mailbox, 'require "vacation";\nvacation :days 1 :subject "Away" "Back on Monday";\n'
    )
    for subject in ("First", "Second"):
        assert send(mailbox.address, subject, sender=writer) == 250
    wait_for(lambda: len(subjects(mailbox.address)) == 2, "both messages")
    (reply,) = wait_for(lambda: sent_to(writer), "the auto-reply")
    assert reply["Subject"] == "Away"
    assert reply["X-Envelope-From"] == "<>"


def test_a_broken_script_loses_no_mail(new_mailbox):
    mailbox = new_mailbox()
    filter_with(mailbox, 'redirect "unfinished\n')
    assert send(mailbox.address, "Still here", sender=OUTSIDER) == 250
    wait_for(lambda: subjects(mailbox.address) == ["Still here"], "the message")
