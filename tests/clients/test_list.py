import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Plan
from clients.views import clients
from domains.models import Domain
from mailboxes.models import Mailbox
from quotas.models import Level, Total, Usage
from tests.conftest import GB, HTMX, make_domain, make_mailbox


@pytest.fixture
def listed(reseller, address):
    """`listed(state="look")`: the names on the page, in their order."""

    def listed(**params):
        page = reseller.get(address("list"), params)
        assert page.status_code == 200
        return [row.client.name for row in page.context["rows"]]

    return listed


def client_named(harbour, name, **fields):
    slug = name.lower().replace(" ", "-")
    fields = {"plan": harbour.plans.first() or harbour.plan, "reseller": harbour, **fields}
    return Account.objects.create(name=name, slug=slug, **fields)


def test_it_says_what_a_client_has_and_uses(reseller, address, acme):
    domain = make_domain(acme, "acme.test")
    make_mailbox(domain)
    Domain.objects.filter(pk=domain.pk).update(healthy=True)
    Total.objects.update_or_create(domain_id=domain.pk, defaults={"bytes": GB // 2, "messages": 3})
    page = reseller.get(address("list")).text
    for words in ("Acme", "Small", "of 2", "of 5", "20&nbsp;%", "Active", "512.0\xa0MB"):
        assert words in page


def test_it_is_empty_at_first(reseller, address):
    assert "No clients yet" in reseller.get(address("list")).text


def test_other_peoples_accounts_are_not_listed(listed, acme, charlie):
    assert listed() == ["Acme"]


def test_the_order_is_that_of_names_and_can_be_turned(listed, acme, harbour):
    client_named(harbour, "beta")
    client_named(harbour, "Aachen")
    assert listed() == ["Aachen", "Acme", "beta"]
    assert listed(turn="1") == ["beta", "Acme", "Aachen"]


def test_a_part_of_a_name_is_found_those_that_begin_with_it_first(listed, acme, harbour):
    client_named(harbour, "Big Acme")
    client_named(harbour, "Other")
    assert listed(q="aCm") == ["Acme", "Big Acme"]


def test_a_part_of_an_id_is_not_taken_for_a_name(listed, acme):
    assert listed(q=str(acme.pk)[:3]) == []


@pytest.mark.parametrize("typed", ["acme.test", "ACME.test", "someone@acme.test"])
def test_a_client_is_found_by_its_domain_or_an_address(listed, acme, harbour, typed):
    make_domain(acme, "acme.test")
    client_named(harbour, "Other")
    assert listed(q=typed) == ["Acme"]


def test_a_name_with_a_dot_is_found_as_well(listed, acme, harbour):
    client_named(harbour, "shop.example GmbH")
    assert listed(q="shop.example") == ["shop.example GmbH"]


def test_a_domain_of_somebody_else_is_not_given_away(listed, acme, charlie):
    make_domain(Account.objects.get(memberships__user=charlie), "elsewhere.test")
    assert listed(q="elsewhere.test") == []


def test_a_plan_can_be_chosen(listed, acme, harbour):
    large = Plan.objects.create(name="Large", owner=harbour)
    client_named(harbour, "Other", plan=large)
    assert listed(plan=large.pk) == ["Other"]
    assert listed(plan="x") == ["Acme", "Other"]
    assert listed(plan="9" * 30) == []


def test_a_plan_leads_to_its_clients(reseller, address, acme, small, harbour, monkeypatch):
    monkeypatch.setattr(clients, "PLANS_OFFERED", 0)
    link = f"{address('list')}?plan={small.pk}"
    pages = [
        reverse("plans:list", args=["harbour"]),
        reverse("plans:edit", args=["harbour", small.pk]),
    ]
    for page in pages:
        assert f'href="{link}"' in reseller.get(page).text
    assert (str(small.pk), "Small") in reseller.get(link).context["plans"]


def fill(account, level):
    box = make_mailbox(make_domain(account, f"{account.slug}.test"))
    used = {"bytes": level * GB // 100, "messages": 1, "updated_at": "2026-01-01T00:00Z"}
    Usage.objects.create(username=box.address, **used)
    Level.objects.create(
        subject=box.pk, metric="space", account_id=account.pk, address=box.address, level=level
    )
    return box


def test_full_mailboxes_want_a_look_and_say_so(reseller, address, listed, acme, harbour):
    client_named(harbour, "Fine")
    fill(acme, 100)
    acme.domains.update(healthy=True)
    assert listed(state="look") == ["Acme"]
    assert "1 mailbox is full" in reseller.get(address("list")).text


def test_blocked_mailboxes_and_broken_records_want_a_look(reseller, address, listed, acme):
    box = make_mailbox(make_domain(acme, "acme.test"))
    Mailbox.objects.filter(pk=box.pk).update(state="blocked")
    assert listed(state="look") == ["Acme"]
    page = reseller.get(address("list")).text
    assert "1 mailbox blocked" in page
    assert "DNS to fix: 1 domain" in page


def test_what_is_in_order_wants_no_look(listed, acme):
    fill(acme, 80)
    acme.domains.update(healthy=True)
    assert listed(state="look") == []


def test_who_has_not_accepted_yet_is_found(reseller, address, listed, acme, harbour):
    client_named(harbour, "New")
    assert listed(state="invited") == ["New"]
    assert "Nobody yet" in reseller.get(address("list")).text


def test_who_is_being_removed_is_shown_without_a_way_in(reseller, address, listed, acme):
    Account.objects.filter(pk=acme.pk).update(removed_at="2026-01-01T00:00Z")
    assert listed(state="removing") == ["Acme"]
    page = reseller.get(address("list")).text
    assert "Being removed" in page
    assert address("detail", acme) not in page


def test_a_fragment_is_enough_for_htmx(reseller, address, acme):
    page = reseller.get(address("list"), headers=HTMX).text
    assert "Acme" in page
    assert "<html" not in page


def test_it_goes_on_from_page_to_page(reseller, address, harbour):
    for number in range(60):
        client_named(harbour, f"Client {number:02}")
    page = reseller.get(address("list")).context["page"]
    assert len(page.rows) == 50
    rest = reseller.get(f"{address('list')}?{page.next}").context["page"]
    assert rest.rows[0].name == "Client 50"


def test_twenty_clients_cost_the_same_queries_as_two(
    reseller, address, harbour, django_assert_num_queries
):
    client_named(harbour, "a")
    client_named(harbour, "b")
    with CaptureQueriesContext(connection) as two:
        reseller.get(address("list"))
    for number in range(20):
        client_named(harbour, f"c{number}")
    with django_assert_num_queries(len(two)):
        reseller.get(address("list"))
