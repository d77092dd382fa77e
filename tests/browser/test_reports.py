"""From the page of a domain to who sends as it, on a desk and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from domains.models import RecordCheck
from domains.reports import reading
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.domains.reports.reports import SERVICE, forged, mailed, row

LONG = "a-very-long-name-of-a-service-that-somebody-registered.example"


@pytest.fixture
def reported(domain, settings):
    """Two weeks of reports: our servers, a service with a long name, and somebody who forges."""
    record = f"v=DMARC1; p=none; rua=mailto:{settings.REPORTS_ADDRESS}"
    for kind in ("spf", "dkim", "dmarc"):
        RecordCheck.objects.create(
            domain=domain, kind=kind, state="ok", found=[record], checked_at=timezone.now()
        )
    never = row(SERVICE, 30, dkim="fail", spf="fail", signed=LONG, mailed=LONG)
    for day in range(1, 15):
        rows = (row(count=100), never, forged("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 9))
        reading.count(mailed(*rows, days_ago=day, report_id=f"r{day}", proved_by=LONG))
    return domain


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_one_finds_who_sends_and_what_to_publish(page, live_server, alice, reported, size):
    page.set_viewport_size(size)
    sign_in(page, live_server, alice)
    page.goto(live_server.url + reported.get_absolute_url())
    page.get_by_role("link", name="Show reports").click()
    expect(
        page.get_by_role("heading", name="Look at one thing before p=quarantine")
    ).to_be_visible()
    expect(page.get_by_role("img", name="1,400 passed, 546 failed")).to_be_visible()
    fits(page)
    page.get_by_text("By day").click()
    fits(page)
    page.get_by_role("link", name=LONG).click()
    expect(page.get_by_role("heading", name="Addresses")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Who sends as acme.test").click()
    page.get_by_role("link", name="A year").click()
    expect(page.get_by_role("link", name="A year")).to_have_attribute("aria-current", "page")
    fits(page)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
