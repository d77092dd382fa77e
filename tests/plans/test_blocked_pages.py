"""What people see of blocked mailboxes, and the button that brings them back."""

import pytest
from django.urls import reverse

from accounts.models import Account
from mailboxes.models import Mailbox
from tests.plans.conftest import fill_with, names_in
from tests.plans.test_blocking import delete
from tests.plans.test_moving import to

BRING_BACK = reverse("mailboxes:bring_back", args=["acme"])
PLAN = reverse("accounts:plan", args=["acme"])


@pytest.fixture
def one_serves(acme, domain, new_plan):
    """Of three mailboxes the oldest serves; the others wait for a click."""
    fill_with(domain, "a", "b", "c")
    Account.objects.filter(pk=acme.pk).update(blocked_return=False)
    to(acme, new_plan(1), block_excess=True)
    return acme


def test_the_page_of_a_blocked_mailbox_says_why_and_what_to_do(as_alice, one_serves):
    text = as_alice.get(Mailbox.objects.get(local_part="b").get_absolute_url()).text
    assert "This mailbox is blocked" in text
    assert "The plan holds fewer mailboxes than there are" in text
    assert "Delete mailboxes that are not needed, or ask for a larger plan" in text
    assert "Bring back what fits" in text


def test_it_can_be_deleted_there(as_alice, one_serves):
    box = Mailbox.objects.get(local_part="b")
    url = reverse("mailboxes:delete", args=["acme", box.pk])
    assert as_alice.post(url, {"name": box.address}).status_code == 302
    assert names_in("blocked") == "c"


def test_the_plan_page_counts_them_and_leads_to_their_list(as_alice, one_serves):
    text = as_alice.get(PLAN).text
    assert "2 mailboxes are blocked" in text
    link = reverse("mailboxes:list", args=["acme"]) + "?state=blocked"
    assert link in text
    rows = as_alice.get(link).context["rows"]
    assert [row.box.local_part for row in rows] == ["b", "c"]


def test_where_none_is_blocked_nothing_is_said(as_alice, acme, domain):
    assert "blocked" not in as_alice.get(PLAN).text


def test_the_plan_page_names_features_and_whom_to_ask(as_alice, plan, harbour):
    plan.forwarding, plan.catch_all = "admins", False
    plan.save()
    text = as_alice.get(PLAN).text
    assert "Set up by those who manage mailboxes" in text
    assert "Not included" in text
    assert "For a larger plan ask Harbour" in text


def test_a_click_brings_back_what_fits(as_alice, one_serves):
    delete("a")
    page = as_alice.post(BRING_BACK, follow=True)
    assert "1 mailbox is back, the oldest one." in page.text
    assert (names_in("active"), names_in("blocked")) == ("b", "c")


def test_without_room_the_click_is_refused_with_the_way_out(as_alice, one_serves):
    response = as_alice.post(BRING_BACK)
    assert response.status_code == 422
    assert "There is no room in the plan" in response.text


@pytest.mark.parametrize(("role", "may"), [(10, False), (20, False), (30, True)])
def test_managers_bring_back(client, bob, one_serves, domain, role, may):
    one_serves.memberships.filter(user=bob).update(role=role, domain_ids=[domain.pk])
    client.force_login(bob)
    delete("a")
    assert client.post(BRING_BACK).status_code == (302 if may else 403)
    page = client.get(Mailbox.objects.get(local_part="c").get_absolute_url())
    assert ("Bring back what fits" in page.text) == may


def test_the_owner_chooses_that_they_come_back_by_themselves(as_alice, one_serves):
    url = reverse("accounts:settings", args=["acme"])
    form = as_alice.get(url).context["form"]
    assert form["blocked_return"].value() is False
    as_alice.post(url, {"name": "Acme", "blocked_return": "on"})
    one_serves.refresh_from_db()
    assert one_serves.blocked_return
    assert one_serves.audit_events.latest("pk").action == "account.blocked_return"
    as_alice.post(url, {"name": "Acme"})
    one_serves.refresh_from_db()
    assert not one_serves.blocked_return
