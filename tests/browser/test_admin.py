"""The provider's admin in a browser."""

import pytest
from django.contrib import admin
from playwright.sync_api import expect

from accounts.models import Account, AuditEvent, Plan, User
from mailboxes.models import Mailbox
from tests.browser.conftest import sign_in
from tests.conftest import PASSWORD, make_domain, make_mailbox


@pytest.fixture
def provider(page, live_server, acme):
    sign_in(page, live_server, User.objects.create_superuser("provider@example.test", PASSWORD))
    # The newer unfold of Debian 13 shows its navigation by itself only beyond 1280 pixels.
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{live_server.url}/admin/")
    return page


def test_from_a_figure_to_its_list(provider, acme):
    expect(provider.get_by_role("heading", name="What waits for workers")).to_be_visible()
    provider.get_by_role("link", name="Domains with broken DNS").click()
    expect(provider.get_by_text("No results found")).to_be_visible()
    make_domain(acme, "acme.test")
    provider.get_by_role("link", name="home Start").click()
    provider.get_by_role("link", name="Domains with broken DNS").click()
    expect(provider.get_by_role("link", name="acme.test")).to_be_visible()


def test_all_of_a_list_is_chosen_and_acted_on(provider, acme, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Mailbox], "list_per_page", 2)
    domain = make_domain(acme, "acme.test")
    for name in ("a", "b", "c"):
        make_mailbox(domain, name)
    provider.get_by_role("link", name="inbox Mailboxes").click()
    provider.get_by_label("Select all objects on this page").check()
    provider.get_by_role("link", name="Select all of this list").click()
    provider.get_by_role("combobox").select_option("End open sessions")
    provider.get_by_role("button", name="Run").click()
    expect(provider.get_by_text("All of the list, beginning with:")).to_be_visible()
    provider.get_by_role("button", name="End open sessions").click()
    # With the postmaster's.
    expect(provider.get_by_text("Done for 4.")).to_be_visible()
    assert AuditEvent.objects.filter(action="mailbox.sessions_ended").count() == 4


def test_a_plan_is_found_by_typing_and_given(provider, acme):
    Plan.objects.create(name="Generous")
    provider.get_by_role("link", name="Accounts").click()
    provider.get_by_role("link", name="Acme").click()
    provider.get_by_role("button", name="Move to a plan").click()
    provider.get_by_role("combobox").click()
    provider.get_by_role("searchbox").last.fill("gen")
    provider.get_by_role("option", name="Generous").click()
    provider.get_by_role("button", name="Move to a plan").click()
    expect(provider.get_by_text("Done for 1.")).to_be_visible()
    assert Account.objects.get(pk=acme.pk).plan.name == "Generous"
