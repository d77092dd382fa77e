"""What the user of a mailbox does on the own page, as the mail servers see it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.mailservers.clients import can_sign_in

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
