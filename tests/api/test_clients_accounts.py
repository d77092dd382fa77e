"""A reseller's token in the account of a client: only where it was made for that."""

import pytest

from accounts import services
from accounts.audit import Actor
from accounts.models import Account, Membership, Role, User
from tests.api.conftest import ALL, new_program
from tests.conftest import make_domain


@pytest.fixture
def harbour(acme, plan):
    """A reseller whose client is acme."""
    harry = User.objects.create_user("harry@harbour.test")
    harbour = services.open_account(name="Harbour", owner=harry)
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    acme.reseller = harbour
    acme.save()
    harbour.refresh_from_db()
    return harbour


@pytest.fixture
def reseller(harbour):
    return new_program(harbour, harbour.memberships.get().user)


def test_a_resellers_token_works_in_a_clients_account(reseller, acme, domain):
    for_acme = {"Kuploy-Account": str(acme.pk)}
    assert reseller.get("/domains").json() == []
    assert len(reseller.get("/domains", **for_acme).json()) == 1
    path = f"/domains/{domain.pk}/catch-all"
    assert reseller.put(path, {"address": ""}, **for_acme).status_code == 200
    event = acme.audit_events.latest("pk")
    assert event.who == "Deploy (token of harry@harbour.test) of Harbour"


def test_a_token_that_was_not_made_for_it_stays_in_its_own_account(harbour, acme):
    scopes = [scope for scope in ALL if scope != "clients:enter"]
    api = new_program(harbour, harbour.memberships.get().user, scopes)
    response = api.get("/domains", Kuploy_Account=str(acme.pk))
    assert response.status_code == 403
    assert "no scope “clients:enter”" in response.json()["detail"]
    assert api.get("/clients").status_code == 200


def test_a_person_with_a_seat_of_the_own_acts_with_that_one(reseller, acme, domain):
    """As in the panel: a viewer is a viewer, and nobody's reseller."""
    harry = reseller.token.user
    seat = Membership.objects.create(user=harry, account=acme, role=Role.VIEWER)
    for_acme, path = {"Kuploy-Account": str(acme.pk)}, f"/domains/{domain.pk}/catch-all"
    assert reseller.get("/domains", **for_acme).status_code == 200
    assert reseller.put(path, {"address": ""}, **for_acme).status_code == 403
    Membership.objects.filter(pk=seat.pk).update(role=Role.MANAGER)
    assert reseller.put(path, {"address": ""}, **for_acme).status_code == 200
    assert acme.audit_events.latest("pk").who == "Deploy (token of harry@harbour.test)"


def test_a_postmasters_own_seat_opens_the_chosen_domains_alone(reseller, acme, domain):
    other = make_domain(acme, "other.test")
    Membership.objects.create(
        user=reseller.token.user, account=acme, role=Role.POSTMASTER, domain_ids=[domain.pk]
    )
    for_acme = {"Kuploy-Account": str(acme.pk)}
    assert [each["name"] for each in reseller.get("/domains", **for_acme).json()] == ["acme.test"]
    assert reseller.get(f"/domains/{other.pk}", **for_acme).status_code == 404


@pytest.mark.parametrize("typed", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_who_is_no_client_is_not_found(reseller, typed):
    assert reseller.get("/domains", Kuploy_Account=typed).status_code == 404


def test_nobody_else_works_in_another_account(api, harbour, charlie):
    elsewhere = Account.objects.get(memberships__user=charlie)
    for account in (harbour, elsewhere):
        assert api.get("/domains", Kuploy_Account=str(account.pk)).status_code == 404


def test_a_reseller_makes_a_token_in_a_clients_account(harbour, acme, domain):
    harry = harbour.memberships.get().user
    api = new_program(acme, harry)
    api.put(f"/domains/{domain.pk}/catch-all", {"address": ""})
    assert acme.audit_events.latest("pk").reseller_name == "Harbour"
    services.assign_reseller(account=acme, reseller=None, actor=Actor(acme))
    assert api.get("/domains").status_code == 401
