"""What the user of a mailbox does on the own page, as the mail servers see it."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.audit import Actor
from mailboxes import invitations, letters
from tests.conftest import GB, PASSWORD
from tests.mailboxes.own.conftest import link_in
from tests.mailservers.clients import can_sign_in, send, subjects, wait_for

NEW = "another good horse"


def open_mailbox(mailbox, password=PASSWORD) -> Client:
    client = Client()
    typed = {"address": mailbox.address, "password": password}
    assert client.post(reverse("own:sign_in"), typed).status_code == 302
    return client


def test_the_password_of_imap_opens_the_page_and_a_new_one_counts_at_once(new_mailbox):
    mailbox = new_mailbox()
    assert can_sign_in(mailbox.address)
    own = open_mailbox(mailbox)
    typed = {"old_password": PASSWORD, "password": NEW}
    assert own.post(reverse("own:password"), typed).status_code == 302
    assert can_sign_in(mailbox.address, NEW)
    assert not can_sign_in(mailbox.address, PASSWORD)
    open_mailbox(mailbox, NEW)


@pytest.mark.parametrize("state", ["disabled", "blocked", "deleting"])
def test_imap_and_the_page_agree_on_who_may_not_come_in(new_mailbox, state):
    mailbox = new_mailbox(state=state)
    typed = {"address": mailbox.address, "password": PASSWORD}
    assert Client().post(reverse("own:sign_in"), typed).status_code == 422
    assert not can_sign_in(mailbox.address)


def test_an_invited_mailbox_takes_mail_and_opens_with_the_password_its_user_chooses(domain):
    actor = Actor.system(domain.account)
    mailbox = invitations.create_invited(
        domain=domain, local_part="invited", display_name="", quota_bytes=GB,
        invite_to="user@elsewhere.test", actor=actor,
    )  # fmt: skip
    letters.send_due()
    assert send(mailbox.address, "Before") == 250
    assert not can_sign_in(mailbox.address)
    link = link_in(mail.outbox[-1])
    assert Client().post(link, {"password": PASSWORD}).status_code == 302
    wait_for(lambda: subjects(mailbox.address) == ["Before"], "the mail from before")
