"""A reseller in the accounts of its clients, and its own pages."""

from types import SimpleNamespace

import pytest

from accounts.models import Account, Membership, Role, User
from accounts.services import open_account
from tests.tenancy.test_routes import (
    ROUTES_WITH_AN_ID,
    SELLING_ROUTES,
    TENANT_ROUTES,
    VISITING_ROUTES,
    address_of,
    answers,
    both_methods,
)


@pytest.fixture
def harbour(acme, plan):
    """A reseller whose client is acme, with one person in each role."""
    people = {role: User.objects.create_user(f"{role.name.lower()}@harbour.test") for role in Role}
    harbour = open_account(name="Harbour", owner=people[Role.OWNER])
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    for role in set(Role) - {Role.OWNER}:
        Membership.objects.create(user=people[role], account=harbour, role=role)
    acme.reseller = harbour
    acme.save()
    return SimpleNamespace(account=harbour, people=people)


@both_methods
def test_who_is_no_reseller_finds_no_page_of_resellers(as_alice, acme, ours, method):
    found = answers(as_alice, method, SELLING_ROUTES, acme, ours)
    assert set(found.values()) == {404}


def test_the_owner_of_a_client_finds_nothing_of_its_resellers(as_alice, acme, ours, harbour):
    found = answers(as_alice, "post", VISITING_ROUTES, acme, ours)
    assert found == dict.fromkeys(VISITING_ROUTES, 404)


def test_its_resellers_manager_finds_it(client, acme, ours, harbour):
    client.force_login(harbour.people[Role.MANAGER])
    found = answers(client, "post", VISITING_ROUTES, acme, ours)
    assert set(found.values()) == {422}  # nothing was typed, and nothing is suspended


def test_the_owner_of_a_reseller_sees_its_pages(client, harbour):
    client.force_login(harbour.people[Role.OWNER])
    names = set(SELLING_ROUTES) - set(ROUTES_WITH_AN_ID)
    assert set(answers(client, "get", names, harbour.account, {}).values()) == {200}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_a_resellers_manager_works_in_a_clients_account_under_his_own_name(
    client, acme, ours, harbour, role
):
    client.force_login(harbour.people[role])
    assert client.post(address_of("mailboxes:disable", acme, ours)).status_code == 302
    event = acme.audit_events.latest("pk")
    assert event.action == "mailbox.disabled"
    assert event.actor_name == f"{role.name.lower()}@harbour.test"
    assert event.who == f"{role.name.lower()}@harbour.test of Harbour"


def test_a_resellers_manager_is_no_owner_of_the_client(client, acme, harbour):
    client.force_login(harbour.people[Role.MANAGER])
    assert client.post(address_of("accounts:team", acme, {})).status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_of_the_reseller_are_strangers_to_clients(client, acme, ours, harbour, role):
    client.force_login(harbour.people[role])
    found = answers(client, "get", TENANT_ROUTES, acme, ours)
    assert found == dict.fromkeys(TENANT_ROUTES, 404)


def test_a_client_is_a_stranger_to_its_reseller(as_alice, harbour):
    assert as_alice.get(address_of("accounts:overview", harbour.account, {})).status_code == 404


def test_a_reseller_that_is_none_any_more_enters_no_client(client, acme, harbour):
    Account.objects.filter(pk=harbour.account.pk).update(kind=Account.Kind.CUSTOMER)
    client.force_login(harbour.people[Role.OWNER])
    assert client.get(address_of("accounts:plan", acme, {})).status_code == 404


@pytest.mark.parametrize(("role", "found"), [(Role.MANAGER, ["Acme"]), (Role.VIEWER, [])])
def test_the_way_in_finds_clients_of_a_reseller_by_a_search(client, acme, harbour, role, found):
    client.force_login(harbour.people[role])
    assert client.get("/").url == harbour.account.get_absolute_url()
    accounts = client.get("/", {"q": "ACM"}).context["accounts"]
    assert [account.name for account in accounts] == found
