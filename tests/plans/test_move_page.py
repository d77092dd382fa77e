"""The page on which a reseller gives a client another plan."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEvent, BandPrice, Plan
from tests.plans.conftest import fill_with, names_in


@pytest.fixture
def tiny(harbour):
    plan = Plan.objects.create(name="Tiny", owner=harbour, mailbox_limit=1)
    BandPrice.objects.create(plan=plan, band_gb=8, monthly="0.50")
    return plan


@pytest.fixture
def move_url(owner, small, acme):
    return reverse("plans:move", args=["harbour", acme.pk])


def plan_of(account):
    return Account.objects.get(pk=account.pk).plan.name


def test_only_the_resellers_plans_on_offer_can_be_chosen(owner, move_url, tiny, harbour):
    Plan.objects.create(name="Old", owner=harbour, retired_at="2026-01-01T00:00Z")
    form = owner.get(move_url).context["form"]
    assert [plan.name for plan in form.fields["plan"].queryset] == ["Tiny"]


def test_what_it_means_is_shown_first_and_changes_nothing(owner, move_url, tiny, acme, domain):
    fill_with(domain, "a", "b", "c")
    text = owner.get(move_url, {"plan": tiny.pk}).text
    assert "3 mailboxes, the plan holds 1: 2 too many." in text
    assert "block the 2 newest" in text
    assert ("4.50 EUR" in text, "1.50 EUR" in text) == (True, True)
    assert plan_of(acme) == "Small"


def test_without_the_choice_to_block_it_is_refused_with_the_list(
    owner, move_url, tiny, acme, domain
):
    fill_with(domain, "a", "b")
    response = owner.post(move_url, {"plan": tiny.pk})
    assert response.status_code == 422
    assert "It was not moved" in response.text
    assert "2 mailboxes, the plan holds 1: 1 too many." in response.text
    assert plan_of(acme) == "Small"


def test_with_it_the_newest_are_blocked(owner, move_url, tiny, acme, domain):
    fill_with(domain, "a", "b")
    assert owner.post(move_url, {"plan": tiny.pk, "block_excess": "on"}).status_code == 302
    assert (plan_of(acme), names_in("active"), names_in("blocked")) == ("Tiny", "a", "b")


def test_it_stands_in_the_clients_trail_as_done_by_the_reseller(owner, move_url, tiny, acme):
    owner.post(move_url, {"plan": tiny.pk})
    event = AuditEvent.objects.get(action="account.plan_changed")
    assert event.account == acme
    assert event.who == "alice@example.test of Harbour"


def test_what_has_to_be_put_right_first_leaves_no_button(owner, move_url, harbour, domain):
    none = Plan.objects.create(name="None", owner=harbour, domain_limit=0)
    text = owner.get(move_url, {"plan": none.pk}).text
    assert "1 domain, the plan holds 0: 1 too many. Remove domains first." in text
    assert "Move to this plan" not in text
    assert "Enter Acme" in text


def test_a_manager_sees_no_prices(owner, move_url, harbour, tiny, alice):
    harbour.memberships.filter(user=alice).update(role=30)
    assert "EUR" not in owner.get(move_url, {"plan": tiny.pk}).text


def test_only_the_own_clients_can_be_moved(owner, harbour, charlie):
    elsewhere = charlie.memberships.get().account
    for account in (elsewhere, harbour):
        address = reverse("plans:move", args=["harbour", account.pk])
        assert owner.get(address).status_code == 404
        assert owner.post(address, {"plan": 1}).status_code == 404


def test_a_client_that_is_removed_is_not_there(owner, move_url, acme):
    Account.objects.filter(pk=acme.pk).update(removed_at="2026-01-01T00:00Z")
    assert owner.get(move_url).status_code == 404


@pytest.mark.parametrize("chosen", ["", "0", "x", "9" * 30])
def test_a_plan_that_is_not_there_is_said(owner, move_url, chosen):
    assert owner.post(move_url, {"plan": chosen}).status_code == 422
    assert owner.get(move_url, {"plan": chosen}).status_code == 200
