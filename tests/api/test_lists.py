"""Pages of a list, and what they cost."""

import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEvent, Plan
from domains.models import Domain
from tests.kuploy.test_costs import grow, grow_alerts  # noqa: F401  (fixtures)


def names(acme, *wanted: str) -> None:
    Domain.objects.bulk_create(Domain(account=acme, name=f"{name}.test") for name in wanted)


def walk(api, path: str) -> list[str]:
    """All rows of all pages, in their order."""
    found = []
    while path:
        response = api.get(path)
        assert response.status_code == 200
        found += response.json()
        link = re.fullmatch(r'<http://testserver/api/v1(.*)>; rel="next"', response.get("Link", ""))
        path = link[1] if link else ""
    return found


def test_a_list_is_walked_by_its_links(api, acme):
    names(acme, *"edcba")
    found = walk(api, "/domains?limit=2")
    assert [each["name"] for each in found] == ["a.test", "b.test", "c.test", "d.test", "e.test"]


def test_the_last_page_leads_nowhere(api, acme):
    names(acme, "a", "b")
    assert not api.get("/domains?limit=2").has_header("Link")


def test_filters_go_along(api, acme):
    names(acme, "ax", "bx", "cx", "dy")
    found = walk(api, "/domains?limit=1&q=x")
    assert [each["name"] for each in found] == ["ax.test", "bx.test", "cx.test"]


def test_places_and_ids_tell_no_numbers(api, acme):
    for number in range(5):
        AuditEvent.objects.create(account=acme, action="x", object_name=f"n{number}")
    response = api.get("/audit-events?limit=2")
    assert re.search(r"after=[0-9a-f-]{36}", response["Link"])
    found = walk(api, "/audit-events?limit=2")
    assert [each["object_name"] for each in found[:5]] == ["n4", "n3", "n2", "n1", "n0"]
    assert len({UUID(each["id"]) for each in found}) == len(found)


@pytest.mark.parametrize("place", ["7", "nonsense", str(uuid4())])
def test_nobody_makes_up_a_place(api, place):
    problem = api.get(f"/audit-events?after={place}").json()
    assert problem["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize("limit", ["0", "201", "x"])
def test_a_page_has_a_size(api, limit):
    problem = api.get(f"/domains?limit={limit}").json()
    assert (problem["status"], problem["errors"][0]["parameter"]) == (422, "limit")


LISTS = ["domains", "mailboxes", "aliases", "audit-events", "alerts", "deliveries", "webhooks"]


@pytest.mark.parametrize("name", LISTS)
def test_twenty_rows_cost_the_statements_of_two(api, grow, grow_alerts, name):  # noqa: F811
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(api.get(f"/{name}?limit=200").json()) > 1
        return len(caught)

    grow(0, 2)
    grow_alerts(0, 2)
    api.get("/account")  # the use of the token is noted
    few = statements()
    grow(2, 20)
    grow_alerts(2, 20)
    assert statements() == few <= 6


@pytest.mark.parametrize("name", ["clients", "plans"])
def test_so_do_the_lists_of_resellers(api, acme, plan, name):
    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            own = Plan.objects.create(name=f"P{number}", owner=acme)
            own.prices.create(band_gb=8, monthly=1)
            name = f"c{number}"
            Account.objects.create(name=name, slug=name, plan=own, reseller=acme)

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(api.get(f"/{name}").json()) > 1
        return len(caught)

    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    fill(0, 2)
    api.get("/account")
    few = statements()
    fill(2, 20)
    assert statements() == few <= 6
