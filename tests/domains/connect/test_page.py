"""The button, the page before the provider's, and the way back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from domains.connect import links
from domains.dns.findings import State
from domains.models import DnsProvider
from domains.verification import record
from tests.conftest import HTMX, make_domain
from tests.domains.findings import found as findings


@pytest.fixture
def url(domain):
    return reverse("domains:connect", args=["acme", domain.pk])


@pytest.fixture
def provider(domain):
    return DnsProvider.objects.create(
        domain=domain, url="https://dns.example/sync", name="Virtucon", zone=domain.name
    )


def link_on(page):
    return page.context["link"]


def test_whoever_may_check_the_dns_is_offered_the_way(as_alice, domain, provider, url):
    assert "Set up at Virtucon" in as_alice.get(domain.get_absolute_url()).text
    page = as_alice.get(url)
    assert "The pages of dns.example" in page.text
    assert link_on(page).startswith("https://dns.example/sync/v2/")


def test_who_only_looks_is_not(client, bob, domain, provider):
    client.force_login(bob)
    assert "Set up at" not in client.get(domain.get_absolute_url()).text


def test_without_our_key_there_is_no_button(as_alice, domain, provider, url, settings):
    settings.DOMAIN_CONNECT_KEY = ""
    assert "Set up at" not in as_alice.get(domain.get_absolute_url()).text
    assert "nothing to set up this way" in as_alice.get(url).text


def test_when_all_is_right_there_is_no_button(as_alice, domain, provider, url):
    record([(domain, findings())])
    assert "Set up at Virtucon" not in as_alice.get(domain.get_absolute_url()).text
    assert "nothing to set up this way" in as_alice.get(url).text


def test_only_what_is_missing_is_asked_for(as_alice, domain, provider, url):
    record([(domain, findings(spf=State.MISSING, dmarc=State.WRONG))])
    (groups,) = parse_qs(urlsplit(link_on(as_alice.get(url))).query)["groupId"]
    assert groups == "dmarc,spf"


def test_the_mx_records_can_be_left_out(as_alice, provider, url):
    page = as_alice.get(url)
    assert "then arrives here" in page.text
    page = as_alice.get(f"{url}?without-mx")
    (groups,) = parse_qs(urlsplit(link_on(page)).query)["groupId"]
    assert groups == "dkim,dmarc,spf"
    assert "mail arrives where it did" in page.text


def test_a_pending_domain_is_proved_on_the_way(as_alice, acme):
    pending = make_domain(acme, "new.test", proved=False)
    DnsProvider.objects.create(domain=pending, url="https://dns.example", zone=pending.name)
    page = as_alice.get(reverse("domains:connect", args=["acme", pending.pk]))
    (groups,) = parse_qs(urlsplit(link_on(page)).query)["groupId"]
    assert groups == "dkim,dmarc,mx,proof,spf"
    assert "Set up at dns.example" in page.text


def test_a_verify_asks_the_provider_as_well(as_alice, domain, queued):
    with queued() as jobs:
        page = as_alice.post(reverse("domains:verify", args=["acme", domain.pk]), headers=HTMX)
    assert jobs == [
        ("domains.tasks.check_domain", str(domain.pk)),
        ("domains.tasks.ask_dns_provider", str(domain.pk)),
    ]
    assert "hx-trigger" in page.text
    assert domain.dns_provider.waiting


def came_back(client, link, queued, **more):
    """As the provider leads back: with the state that it was given."""
    wanted = parse_qs(urlsplit(link).query)
    (back,), (state,) = wanted["redirect_uri"], wanted["state"]
    with queued() as jobs:
        response = client.get(back, {"state": state, **more}, follow=True)
    return response, [task for task, *_ids in jobs]


def test_who_comes_back_has_the_records_looked_up_at_once(as_alice, domain, provider, url, queued):
    response, jobs = came_back(as_alice, link_on(as_alice.get(url)), queued)
    assert response.redirect_chain == [(domain.get_absolute_url(), 302)]
    assert "domains.tasks.check_domain" in jobs
    assert "We look for your records now" in response.text


def test_an_error_is_said_and_the_dns_asked_all_the_same(as_alice, provider, url, queued):
    link = link_on(as_alice.get(url))
    more = {"error": "access_denied", "error_description": "<b>user_cancel</b>"}
    response, jobs = came_back(as_alice, link, queued, **more)
    assert "did not set everything up" in response.text
    assert "user_cancel" not in response.text
    assert "domains.tasks.check_domain" in jobs


def test_who_comes_from_elsewhere_sets_nothing_off(as_alice, acme, domain, url, queued):
    other = make_domain(acme, "other.test")
    foreign = DnsProvider(domain=other, url="https://dns.example", zone=other.name)
    link = links.link_to(foreign, ["spf"], "https://x.test")
    (state,) = parse_qs(urlsplit(link).query)["state"]
    for typed in (state, "nonsense", "a:b:c"):
        with queued() as jobs:
            assert as_alice.get(url, {"state": typed}).url == domain.get_absolute_url()
        assert jobs == []
