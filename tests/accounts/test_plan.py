"""Plans & Usage: what is used of the plan and by whom, the space of all mailboxes, who fills up."""

import pytest
from django.urls import reverse

from accounts.models import Account, Plan
from quotas.settlement import settle
from tests.conftest import GB, make_domain, make_mailbox
from tests.quotas.test_settlement import fill

PAGES = ("accounts:plan", "accounts:overview")


@pytest.fixture(params=PAGES)
def page(request, client, alice, acme):
    """The page of an account, as alice sees it."""

    def page(account=acme):
        client.force_login(alice)
        return client.get(reverse(request.param, args=[account.slug]))

    return page


@pytest.fixture
def harbour(acme, alice):
    """The reseller of acme, with a domain and two mailboxes of its own."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50)
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    harbour.memberships.create(user=alice, role=40)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    own = make_domain(harbour, "harbour.test")
    for name in ("a", "b"):
        fill(make_mailbox(own, name), 25)
    return harbour


def test_space_is_the_sum_over_all_domains(page, acme, domain):
    other = make_domain(acme, "other.test")
    fill(make_mailbox(domain), 50)
    fill(make_mailbox(other), 25)
    settle()
    assert page().context["space"] == GB * 3 // 4


def test_mailboxes_that_fill_up_are_counted_and_lead_to_their_list(page, domain):
    for name, percent in (("a", 79), ("b", 80), ("c", 96), ("d", 100)):
        fill(make_mailbox(domain, name), percent)
    settle()
    response = page()
    assert response.context["filling"] == [(80, 3), (95, 2), (100, 1)]
    assert reverse("mailboxes:list", args=["acme"]) + "?over=95" in response.text


def test_a_full_plan_says_whom_to_ask(page, domain, plan, settings):
    make_mailbox(domain)
    assert "Upgrade the plan" not in page().text
    plan.mailbox_limit = 1
    plan.save()
    settings.SUPPORT_EMAIL = ""
    assert "For a larger plan ask Kuploy" in page().text
    settings.SUPPORT_EMAIL = "help@kuploy.test"
    assert "mailto:help@kuploy.test" in page().text


def test_a_client_asks_its_reseller(page, domain, plan, harbour):
    make_mailbox(domain)
    plan.mailbox_limit = 1
    plan.save()
    assert "For a larger plan ask Harbour" in page().text


def test_80_percent_of_a_plan_is_a_word(page, domain, plan):
    plan.mailbox_limit = 5
    plan.save()
    for number in range(4):
        make_mailbox(domain, f"box{number}")
    assert "Filling up" in page().text


def test_a_reseller_sees_its_own_use_beside_its_clients(page, domain, harbour):
    fill(make_mailbox(domain), 100)
    settle()
    response = page(harbour)
    assert "2 in your own account, 1 in clients’" in response.text
    assert response.context["space"] == GB // 2
    assert response.context["space_of_clients"] == GB
    assert response.context["filling"][0] == (80, 0)
    assert "in clients’" not in page().text


def test_a_postmaster_sees_what_the_own_domains_hold(client, acme, bob, domain):
    other = make_domain(acme, "other.test")
    fill(make_mailbox(domain), 100)
    fill(make_mailbox(other), 25)
    settle()
    acme.memberships.filter(user=bob).update(role=20, domain_ids=[other.pk])
    client.force_login(bob)
    context = client.get(reverse("accounts:plan", args=["acme"])).context
    assert context["space"] == GB // 4
    assert context["filling"] == [(80, 0), (95, 0), (100, 0)]
