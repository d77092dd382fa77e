"""Set-up at a DNS provider: there by the person's own click, and back with the DNS looked up."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from domains.models import DnsProvider, Domain
from tests.browser.conftest import sign_in
from tests.domains.connect.conftest import new_key


@pytest.fixture
def provider(domain: Domain, settings) -> DnsProvider:
    settings.DOMAIN_CONNECT_KEY = new_key()
    return DnsProvider.objects.create(
        domain=domain, url="https://dns.example/sync", name="Virtucon", zone=domain.name
    )


def test_there_and_back(page: Page, live_server, alice: User, domain: Domain, provider):
    visits = []

    def agree(route: Route) -> None:
        """What the provider does when the person agrees."""
        visits.append(route.request)
        wanted = parse_qs(urlsplit(route.request.url).query)
        back, state = wanted["redirect_uri"][0], quote(wanted["state"][0], safe="")
        route.fulfill(status=302, headers={"Location": f"{back}?state={state}"})

    page.route("https://dns.example/**", agree)
    sign_in(page, live_server, alice)
    address = live_server.url + domain.get_absolute_url()
    page.goto(address)
    page.get_by_role("link", name="Set up at Virtucon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up at Virtucon")
    assert visits == []
    page.get_by_role("link", name="Go on to your DNS provider").click()
    page.wait_for_url(address)
    expect(page.get_by_text("We look for your records now")).to_be_visible()
    (visit,) = visits
    assert "referer" not in visit.headers
