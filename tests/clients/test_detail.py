from decimal import Decimal

import pytest

from accounts.models import BandPrice, Membership, Plan, Role, User
from accounts.services import open_account
from tests.conftest import make_domain, make_mailbox


@pytest.fixture
def page(reseller, address, acme):
    return lambda: reseller.get(address("detail", acme)).text


def test_it_says_what_the_client_has_of_its_plan(page, acme):
    make_mailbox(make_domain(acme, "acme.test"))
    text = page()
    for words in ("<b>1</b> of 5", "<b>1</b> of 2", "bob@example.test", "Owner", "Small"):
        assert words in text


def test_it_leads_into_the_account_and_to_another_plan(page, acme):
    text = page()
    assert f'href="{acme.get_absolute_url()}"' in text
    assert f"/harbour/plans/move/{acme.pk}/" in text


def test_it_names_the_domains_to_look_at(page, acme):
    domain = make_domain(acme, "acme.test", proved=False)
    assert domain.get_absolute_url() in page()


def test_it_says_what_a_month_costs_the_client_and_the_reseller(page, acme, small, harbour):
    make_mailbox(make_domain(acme, "acme.test"))
    BandPrice.objects.create(plan=small, band_gb=8, monthly=Decimal("2.50"))
    BandPrice.objects.create(plan=harbour.plan, band_gb=8, monthly=Decimal("1.00"))
    text = page()
    assert "<b>2.50 EUR</b>" in text
    assert "<b>1.00 EUR</b>" in text


def person(harbour, role):
    user = User.objects.create_user(f"{role.name.lower()}@harbour.test")
    Membership.objects.create(user=user, account=harbour, role=role)
    return user


def test_a_manager_of_the_reseller_sees_it_without_prices(client, address, acme, harbour):
    client.force_login(person(harbour, Role.MANAGER))
    page = client.get(address("detail", acme)).text
    assert "bob@example.test" in page
    assert "A month costs" not in page


@pytest.mark.parametrize("name", ["list", "add", "detail", "invite"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_see_no_client(client, address, acme, harbour, name, role):
    client.force_login(person(harbour, role))
    rows = [acme] if name in ("detail", "invite") else []
    assert client.get(address(name, *rows)).status_code == 403


@pytest.mark.parametrize("name", ["detail", "invite"])
def test_another_reseller_does_not_find_it(client, acme, plan, name):
    owner = User.objects.create_user("owner@quay.test")
    quay = open_account(name="Quay", owner=owner)
    quay.kind = "reseller"
    quay.save()
    client.force_login(owner)
    for visit in (client.get, client.post):
        own = visit(f"/quay/clients/{acme.pk}/{'' if name == 'detail' else 'invite/'}")
        assert own.status_code in (404, 405)
        theirs = visit(f"/harbour/clients/{acme.pk}/")
        assert theirs.status_code == 404


def test_the_client_itself_does_not_find_it(client, address, acme, bob):
    client.force_login(bob)
    assert client.get(address("detail", acme)).status_code == 404
    assert client.get(f"/acme/clients/{acme.pk}/").status_code == 404


def test_inside_a_bar_leads_back_to_it(reseller, address, acme):
    page = reseller.get(acme.get_absolute_url()).text
    assert "You are in <strong>Acme</strong> as <strong>Harbour</strong>" in page
    assert f'href="{address("detail", acme)}"' in page


def test_a_move_leads_back_to_it(reseller, address, acme, harbour):
    large = Plan.objects.create(name="Large", owner=harbour)
    answer = reseller.post(f"/harbour/plans/move/{acme.pk}/", {"plan": large.pk})
    assert answer.url == address("detail", acme)
