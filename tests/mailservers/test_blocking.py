"""Mailboxes beyond a smaller plan, as mail programs and other mail servers see them."""

import imaplib

import pytest

from accounts.audit import Actor
from accounts.models import Account, Plan
from mailboxes.models import HostJob, Mailbox
from mailboxes.work import do
from plans.moving import move
from tests.mailservers.clients import can_sign_in, imap, say_rcpt, send, subjects, wait_for

TAKEN, NO_SUCH_MAILBOX = 250, 550


@pytest.fixture
def to_a_plan_for(account):
    """`to_a_plan_for(1)` moves the account to a plan that holds one mailbox."""
    made = []

    def change(limit):
        made.append(Plan.objects.create(name=f"Holds {limit}", mailbox_limit=limit))
        held = Account.objects.get(pk=account.pk)
        move(account=held, plan=made[-1], block_excess=True, actor=Actor.system(held))

    first = account.plan
    yield change
    Account.objects.filter(pk=account.pk).update(plan=first)
    for plan in made:
        plan.delete()


def test_a_blocked_mailbox_refuses_and_comes_back_with_its_mail(new_mailbox, to_a_plan_for):
    kept, newest = new_mailbox(), new_mailbox()
    assert send(newest.address, "before") == TAKEN
    wait_for(lambda: subjects(newest.address) == ["before"], "the first mail")

    def session_of_the_newest():
        with imap(newest.address) as session:
            to_a_plan_for(Mailbox.objects.filter(account=kept.account, counted=True).count() - 1)
            do(HostJob.objects.get(mailbox_id=newest.pk, kind="kick"))
            wait_for(lambda: session.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session_of_the_newest()
    assert (can_sign_in(newest.address), say_rcpt(newest.address)) == (False, NO_SUCH_MAILBOX)
    assert (can_sign_in(kept.address), say_rcpt(kept.address)) == (True, TAKEN)
    to_a_plan_for(None)
    assert subjects(newest.address) == ["before"]
    assert say_rcpt(newest.address) == TAKEN
