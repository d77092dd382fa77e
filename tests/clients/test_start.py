"""The overview of a reseller begins with its clients."""

import pytest
from django.urls import reverse

from accounts.models import Account, Membership, Role, User
from tests.conftest import make_domain


@pytest.fixture
def overview(reseller):
    return lambda: reseller.get(reverse("accounts:overview", args=["harbour"])).text


def test_clients_with_trouble_are_named(overview, acme, address):
    make_domain(acme, "acme.test")
    page = overview()
    assert "DNS to fix: 1 domain" in page
    assert f'href="{address("detail", acme)}"' in page


def test_where_all_is_well_it_says_so(overview, acme):
    assert "No client has a full or blocked mailbox, or DNS records to fix." in overview()


def test_before_the_first_client_it_says_how_to_begin(overview, address):
    page = overview()
    assert "No clients yet" in page
    assert f'href="{address("add")}"' in page


def test_the_pool_is_shown_though_the_reseller_has_no_domain(overview, acme):
    Account.objects.filter(pk=acme.pk).update(mailbox_count=12)
    assert "38 of 50 left: 0 in your own account, 12 in clients’" in overview()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_see_no_clients_there(client, acme, harbour, role):
    user = User.objects.create_user("small@harbour.test")
    Membership.objects.create(user=user, account=harbour, role=role)
    client.force_login(user)
    page = client.get(reverse("accounts:overview", args=["harbour"])).text
    assert "Clients" not in page


def test_a_customers_overview_names_no_clients(client, acme, bob):
    client.force_login(bob)
    assert "Clients" not in client.get(acme.get_absolute_url()).text


def test_who_is_in_several_accounts_does_not_get_all_clients_listed(reseller, alice, acme, plan):
    second = Account.objects.create(name="Second", slug="second", plan=plan)
    Membership.objects.create(user=alice, account=second, role=Role.OWNER)
    page = reseller.get("/")
    assert [account.name for account in page.context["accounts"]] == ["Harbour", "Second"]
    assert "Your clients are found by a search" in page.text
    assert "Acme" in reseller.get("/", {"q": "acme"}).text
