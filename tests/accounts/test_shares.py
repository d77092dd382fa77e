"""How many places are left is said before each act, and says nothing of other clients."""

import pytest
from django.urls import reverse

from accounts.models import Account, Plan
from tests.conftest import make_alias, make_domain, make_mailbox

PAGES = ("domains:add", "mailboxes:add", "mailboxes:add_alias")


@pytest.fixture
def harbour(acme, alice, plan):
    """The reseller of acme and of another client; alice owns it, too."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50)
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    harbour.memberships.create(user=alice, role=40)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    acme.refresh_from_db()
    return harbour


@pytest.fixture
def other(harbour, plan):
    """A domain of another client of the same reseller."""
    beta = Account.objects.create(name="Beta", slug="beta", plan=plan, reseller=harbour)
    return make_domain(beta, "beta.test")


def words(response) -> str:
    return " ".join(response.text.split())


def pool_of(harbour, mailboxes) -> None:
    Plan.objects.filter(pk=harbour.plan_id).update(mailbox_limit=mailboxes)


@pytest.fixture
def page(client, alice):
    """The words of a page, as alice sees it in acme or in the account named."""

    def page(name="mailboxes:add", account="acme"):
        client.force_login(alice)
        return words(client.get(reverse(name, args=[account])))

    return page


def test_each_page_that_takes_a_place_says_how_many_are_left(page, domain):
    make_mailbox(domain)
    make_alias(domain, "a", "x@example.test")
    for name, said in zip(PAGES, ("4 of 5 left", "24 of 25 left", "99 of 100 left"), strict=True):
        assert said in page(name)


def test_without_a_limit_nothing_is_counted_down(page, domain, plan):
    plan.mailbox_limit = None
    plan.save()
    assert " left<" not in page()


def test_a_reseller_sees_who_uses_its_plan(page, harbour, domain):
    own = make_domain(harbour, "harbour.test")
    for name in ("a", "b"):
        make_mailbox(own, name)
    make_mailbox(domain)
    assert "47 of 50 left: 2 in your own account, 1 in clients’" in page(account="harbour")


@pytest.mark.parametrize(("places", "said"), [
    (50, ""), (3, "Harbour has room for fewer than that at the moment."),
    (2, "Harbour has no room for more at the moment."),
])  # fmt: skip
def test_a_client_is_told_when_its_resellers_plan_is_the_tighter_one(
    page, harbour, domain, other, places, said
):
    pool_of(harbour, places)
    for name in ("a", "b"):
        make_mailbox(other, name)
    Account.objects.get(slug="harbour").memberships.all().delete()
    text = page()
    assert "25 of 25 left" in text
    assert ("Harbour has" in text) == bool(said)
    assert said in text


def test_what_a_client_sees_is_the_same_whatever_the_others_use(page, harbour, domain, other):
    pool_of(harbour, 9)
    seen = set()
    for number in range(8):
        make_mailbox(other, f"box{number}")
        text = page()
        seen.add(text[text.index("of 25 left") :].split("</p>")[1])
    assert len(seen) == 1


def test_a_reseller_in_its_clients_account_sees_its_own_plan(client, charlie, acme, domain):
    own = charlie.memberships.get().account
    pool = Plan.objects.create(name="Pool", mailbox_limit=50)
    Account.objects.filter(pk=own.pk).update(kind="reseller", plan=pool)
    Account.objects.filter(pk=acme.pk).update(reseller=own)
    client.force_login(charlie)
    text = words(client.get(reverse("mailboxes:add", args=["acme"])))
    assert "25 of 25 left" in text
    assert "Of your own plan, 50 of 50 left" in text


def test_aliases_left_in_the_domain_are_said_where_the_plan_counts_them(page, domain, plan):
    plan.aliases_per_mailbox = 3
    plan.save()
    assert "In acme.test, 3 of 3 left" in page("mailboxes:add_alias")
    make_mailbox(domain)
    assert "In acme.test, 6 of 6 left" in page("mailboxes:add_alias")
