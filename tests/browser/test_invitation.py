"""From inviting the user of a mailbox to that user's own page, in two browsers."""

import re

from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from mailboxes.models import Mailbox
from tests.browser.conftest import sign_in
from tests.conftest import PASSWORD
from tests.mailservers.clients import wait_for

ELSEWHERE = "user@elsewhere.test"


def test_a_user_is_invited_and_opens_the_mailbox(page, browser, live_server, alice, domain):
    sign_in(page, live_server, alice)
    page.goto(live_server.url + reverse("mailboxes:add", args=["acme"]))
    page.get_by_label("Address", exact=True).fill("new")
    page.get_by_role("button", name="Create mailbox").click()
    expect(page.get_by_text("Type a password, or an address")).to_be_visible()
    page.get_by_label("Invite the user at").fill(ELSEWHERE)
    page.get_by_role("button", name="Create mailbox").click()
    expect(page.get_by_text("Its user has not chosen a password yet")).to_be_visible()
    wait_for(lambda: mail.outbox, "the worker to send the link")
    path = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)[1]
    with browser.new_context() as context:
        user = context.new_page()
        user.goto(live_server.url + path)
        user.get_by_label("Password", exact=True).press_sequentially("password")
        expect(user.get_by_text("Very weak")).to_be_visible()
        user.get_by_label("Password", exact=True).fill(PASSWORD)
        user.get_by_role("button", name="Open the mailbox").click()
        expect(user.get_by_role("heading", name="new@acme.test")).to_be_visible()
        expect(user.get_by_text("Settings for mail programs")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Its user has not chosen a password yet")).to_be_hidden()
    assert Mailbox.objects.get(address="new@acme.test").recovery.address == ELSEWHERE
