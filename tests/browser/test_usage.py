"""Refresh asks Dovecot itself, and the list narrows as one chooses: with a real browser."""

import re

import pytest
from playwright.sync_api import expect

from mailboxes.models import Mailbox
from quotas.settlement import settle
from tests.browser.conftest import sign_in
from tests.conftest import make_mailbox
from tests.quotas.test_settlement import fill


@pytest.fixture
def at(page, live_server, alice, acme):
    sign_in(page, live_server, alice)
    return lambda path: page.goto(live_server.url + path)


def test_refresh_shows_what_dovecot_answers_and_keeps_the_focus(page, at, mailbox):
    fill(mailbox, 90)
    at(mailbox.get_absolute_url())
    usage = page.locator("#usage")
    expect(usage).to_contain_text("Filling up")
    refresh = page.get_by_role("button", name="Refresh")
    refresh.press("Enter")
    expect(usage).to_contain_text("0\xa0bytes of 1.0\xa0GB")
    expect(usage).not_to_contain_text("Asking")
    expect(refresh).to_be_focused()
    expect(page.locator("#spoken")).to_contain_text("used")


def test_two_filters_work_together(page, at, domain):
    for name, percent in (("full", 100), ("half", 50)):
        fill(make_mailbox(domain, name), percent)
    # Else its user is warned by a real mail, and the real Dovecot writes what is really in there.
    Mailbox.objects.filter(local_part="full").update(state="disabled")
    settle()
    at("/acme/mailboxes/")
    rows = page.locator("#list tbody tr")
    page.locator("#filter-more").select_option("Full")
    expect(rows).to_have_count(1)
    page.locator("#filter").select_option("Active")
    expect(page.locator("#list")).to_contain_text("No mailbox matches")
    expect(page).to_have_url(re.compile("state=active&over=100"))
