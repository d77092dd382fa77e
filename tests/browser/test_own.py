"""The pages of a mailbox's own user: on a phone and a desk, by keyboard, without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mailboxes.models import Mailbox
from mailboxes.rules import rules_of
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_pages import LONG, fits
from tests.conftest import PASSWORD, make_domain, make_mailbox

PAGES = ("own:page", "own:rules", "own:settings")
NEW = "another good horse"


@pytest.fixture
def long_mailbox(acme) -> Mailbox:
    return make_mailbox(make_domain(acme, LONG), "accounts-receivable-and-customer-relations")


def open_mailbox(page: Page, url: str, mailbox: Mailbox, password: str = PASSWORD) -> None:
    page.goto(url + reverse("own:sign_in"))
    page.get_by_label("Email address").fill(mailbox.address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(url + reverse("own:page"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, long_mailbox, size):
    page.set_viewport_size(size)
    assert fits(page, live_server.url + reverse("own:sign_in"))
    open_mailbox(page, live_server.url, long_mailbox)
    assert [name for name in PAGES if not fits(page, live_server.url + reverse(name))] == []


def test_from_the_panels_sign_in_to_ones_mailbox_by_keyboard(page, live_server, mailbox):
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("link", name="Open your mailbox").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Email address").focus()
    page.keyboard.type(mailbox.address)
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="info@acme.test")).to_be_visible()


def test_a_wrong_password_leaves_the_address_typed(page, live_server, mailbox):
    page.goto(live_server.url + reverse("own:sign_in"))
    page.get_by_label("Email address").fill(mailbox.address)
    page.get_by_label("Password", exact=True).fill("wrong horse")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No mailbox opens with this")
    expect(page.get_by_label("Email address")).to_have_value(mailbox.address)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_the_strength_is_judged_while_one_types(page, live_server, mailbox):
    open_mailbox(page, live_server.url, mailbox)
    page.goto(live_server.url + reverse("own:settings"))
    page.get_by_label("New password").press_sequentially("password")
    expect(page.get_by_text("Very weak")).to_be_visible()


def test_an_auto_reply_by_keyboard(page, live_server, mailbox):
    open_mailbox(page, live_server.url, mailbox)
    page.goto(live_server.url + reverse("own:rules"))
    page.get_by_label("Answer mail automatically").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Away")
    page.keyboard.press("Tab")
    page.keyboard.type("Back on Monday.")
    page.get_by_role("button", name="Save auto-reply").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It counts from the next message on.")).to_be_visible()
    assert rules_of(mailbox).reply_text == "Back on Monday."


def test_it_works_without_javascript(browser, worker, live_server, mailbox):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        open_mailbox(page, live_server.url, mailbox)
        page.get_by_role("link", name="Incoming mail").click()
        page.get_by_label("Forward to").fill("friend@elsewhere.test")
        page.get_by_role("button", name="Save forwarding").click()
        expect(page.get_by_text("On, with a copy here")).to_be_visible()
        page.get_by_role("link", name="Settings").click()
        page.locator("form[action$='/password/']").get_by_label("Current password").fill(PASSWORD)
        page.get_by_label("New password").fill(NEW)
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text("The new password counts now")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        open_mailbox(page, live_server.url, mailbox, NEW)
