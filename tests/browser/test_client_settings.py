"""The settings for mail programs, on a phone and on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.conftest import make_domain, make_mailbox


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_the_page_for_everybody_fits(page, live_server, acme, size):
    domain = make_domain(acme, LONG)
    page.set_viewport_size(size)
    setup = f"{live_server.url}/mailbox/setup/"
    assert fits(page, setup)
    assert fits(page, f"{setup}?address=accounts-receivable-and-customer-relations@{domain.name}")


def test_from_the_mailbox_page_to_the_profile(page, live_server, alice, acme):
    mailbox = make_mailbox(make_domain(acme, "acme.test"))
    sign_in(page, live_server, alice)
    page.goto(live_server.url + mailbox.get_absolute_url())
    expect(page.get_by_role("img", name="QR code that leads to these settings")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Apple profile").click()
    assert waiting.value.suggested_filename == "mail.mobileconfig"
