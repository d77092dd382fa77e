"""What the overview says to newcomers, to resellers, and without e-mail hosting."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Account, Plan
from accounts.services import open_account


@pytest.fixture
def overview(acme):
    return reverse("accounts:overview", args=[acme.slug])


def test_an_unconfirmed_address_can_have_its_mail_again(as_alice, overview, alice, mailoutbox):
    EmailAddress.objects.update_or_create(
        user=alice, email=alice.email, defaults={"primary": True, "verified": False}
    )
    assert "Confirm your e-mail address" in as_alice.get(overview).text
    as_alice.post(reverse("account_email"), {"email": alice.email, "action_send": ""})
    assert [mail.to for mail in mailoutbox] == [[alice.email]]


def test_a_confirmed_one_is_not_asked_for(as_alice, overview):
    assert "Confirm your e-mail address" not in as_alice.get(overview).text


def test_it_says_that_hosting_is_off_and_hides_its_pages(as_alice, overview, acme):
    Account.objects.filter(pk=acme.pk).update(
        plan=Plan.objects.create(name="Web", email_hosting=False)
    )
    page = as_alice.get(overview).text
    assert "E-mail hosting is not part of your plan" in page
    assert reverse("domains:list", args=[acme.slug]) not in page


def test_a_limit_of_zero_is_not_no_limit(as_alice, acme, plan):
    Plan.objects.filter(pk=plan.pk).update(alias_limit=0)
    page = as_alice.get(reverse("accounts:plan", args=[acme.slug])).text
    assert "Not in your plan" in page
    assert "No limit" not in page


def test_a_reseller_is_told_whose_account_it_is(client, overview, charlie, acme):
    harbour = charlie.memberships.get().account
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    client.force_login(charlie)
    assert 'class="visiting"' in client.get(overview).text


def test_a_member_is_not(as_alice, overview):
    assert 'class="visiting"' not in as_alice.get(overview).text


def test_accounts_are_searched(as_alice, acme, alice):
    open_account(name="Beta", owner=alice)
    assert {each.name for each in as_alice.get("/").context["accounts"]} == {"Acme", "Beta"}
    found = as_alice.get("/", {"q": "bet"})
    assert [each.name for each in found.context["accounts"]] == ["Beta"]
    assert "No account matches" in as_alice.get("/", {"q": "nothing"}).text
