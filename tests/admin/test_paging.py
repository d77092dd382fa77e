"""Lists that are paged without counting, whatever is in them."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, User
from domains.models import Domain

DOMAINS = reverse("admin:domains_domain_changelist")


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(admin.site._registry[Domain], "list_per_page", 2)


@pytest.fixture
def namesakes(acme, plan):
    """Five domains on three pages; the first page ends between two claims of one name."""
    other = Account.objects.create(name="Other", slug="other", plan=plan)
    for account, name in ((acme, "a"), (acme, "b"), (other, "b"), (acme, "c"), (acme, "d")):
        Domain.objects.create(account=account, name=f"{name}.test")


def names(page) -> list[str]:
    return [row.name for row in page.context["cl"].result_list]


def test_turning_the_pages_shows_each_row_once_there_and_back(provider, small_pages, namesakes):
    page, found = provider.get(DOMAINS), []
    while True:
        found.append([row.pk for row in page.context["cl"].result_list])
        if not page.context["cl"].following:
            break
        page = provider.get(DOMAINS + page.context["cl"].following)
    assert [len(rows) for rows in found] == [2, 2, 1]
    assert len({pk for rows in found for pk in rows}) == 5
    for rows in reversed(found[:-1]):
        page = provider.get(DOMAINS + page.context["cl"].previous)
        assert [row.pk for row in page.context["cl"].result_list] == rows
    assert page.context["cl"].previous == ""


@pytest.mark.parametrize("typed", ["x", "[1]", '["a.test"]', '["a.test", "nonsense"]', "{}", "[["])
def test_a_cursor_that_makes_no_sense_is_no_cursor(provider, namesakes, typed):
    assert len(names(provider.get(DOMAINS, {"after": typed}))) == 5


def test_a_search_stays_on_the_next_page(provider, small_pages, namesakes, acme):
    Domain.objects.create(account=acme, name="bx.example")
    page = provider.get(DOMAINS, {"q": ".test"})
    assert names(provider.get(DOMAINS + page.context["cl"].following)) == ["b.test", "c.test"]


@pytest.mark.parametrize("term", ["b", "b.t", "B.TEST"])
def test_a_domain_is_found_by_a_part_of_its_name(provider, namesakes, term):
    assert names(provider.get(DOMAINS, {"q": term})) == ["b.test", "b.test"]


def test_a_row_is_found_by_its_id(provider, domain, namesakes):
    assert names(provider.get(DOMAINS, {"q": str(domain.pk)})) == ["acme.test"]


def test_no_list_counts_its_rows(provider, everything):
    for registered in admin.site._registry.values():
        url = registered._list_url()
        with CaptureQueriesContext(connection) as queries:
            provider.get(url)
        assert [query["sql"] for query in queries if "COUNT(" in query["sql"]] == [], url


def test_choices_are_typed_and_come_a_page_at_a_time(provider, plan):
    Account.objects.bulk_create(
        Account(name=f"Firm {number}", slug=f"firm-{number:02}", plan=plan) for number in range(25)
    )
    where = {"app_label": "accounts", "model_name": "membership", "field_name": "account"}
    url = reverse("admin:autocomplete")
    first = provider.get(url, {**where, "term": "firm"}).json()
    second = provider.get(url, {**where, "term": "firm", "page": 2}).json()
    assert [len(page["results"]) for page in (first, second)] == [20, 5]
    assert [page["pagination"]["more"] for page in (first, second)] == [True, False]


def test_no_page_holds_a_choice_of_rows(provider, everything, plan):
    """A select box with a million accounts would be one with a million lines."""
    Account.objects.create(name="Somebody else", slug="somebody-else", plan=plan)
    User.objects.create_user("somebody-else@example.test")
    for name, row in everything.rows.items():
        for url in (reverse(f"admin:{name}_add"), reverse(f"admin:{name}_change", args=[row.pk])):
            assert "omebody" not in provider.get(url).text, url
