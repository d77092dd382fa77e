"""What a month comes to, as programs see it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from time_machine import travel

from accounts.models import Account, Membership, Role, User
from accounts.services import open_account
from tests.api.conftest import new_program
from tests.plans.billing.snapshots import past

JUNE = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _in_july():
    with travel(datetime(2026, 7, 10, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def harbour(acme):
    """The reseller of acme, with olga's token."""
    olga = User.objects.create_user("olga@harbour.test")
    harbour = open_account(name="Harbour", owner=olga)
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    acme.reseller = harbour
    acme.save()
    harbour.refresh_from_db()
    return new_program(harbour, olga)


def test_a_month_is_shown_with_its_lines_and_sums(api, acme):
    past(acme, JUNE, 30, n=2, price=Decimal("1.25"))
    past(acme, JUNE, 30, n=1, band=25, price=None)
    bill = api.get("/billing?month=2026-06").json()
    assert (bill["month"], bill["is_over"], bill["days_without_snapshot"]) == ("2026-06", True, 0)
    assert [(each["band_gb"], each["amount"]) for each in bill["lines"]] == [
        (8, "2.50"),
        (25, None),
    ]
    assert bill["totals"] == [{"currency": "EUR", "amount": "2.50"}]
    assert (bill["unpriced_mailbox_days"], bill["clients"]) == (30, [])


def test_the_days_that_nobody_counted_are_said(api, acme):
    past(acme, JUNE, 28)
    assert api.get("/billing?month=2026-06").json()["days_without_snapshot"] == 2
    assert api.get("/billing").json()["month"] == "2026-07"


@pytest.mark.parametrize("month", ["2020-01", "June", "2026-6"])
def test_a_month_without_figures_is_said(api, acme, month):
    past(acme, JUNE)
    (entry,) = api.get(f"/billing?month={month}").json()["errors"]
    assert entry["parameter"] == "month"
    assert entry["detail"] == "There are figures of the months from 2026-06 to 2026-07."


def test_a_reseller_pays_for_its_clients_and_sees_what_they_pay(harbour, acme):
    past(acme, JUNE, 30, n=4, price=Decimal("2.00"), reseller_price=Decimal("1.50"))
    bill = harbour.get("/billing?month=2026-06").json()
    assert (bill["lines"], bill["totals"][0]["amount"]) == ([], "6.00")
    (client,) = harbour.get("/billing/clients?month=2026-06").json()
    assert (client["client_id"], client["name"]) == (str(acme.pk), "Acme")
    assert client["totals"] == [{"currency": "EUR", "amount": "8.00"}]
    assert client["lines"][0]["reseller_amount"] == "6.00"


def test_clients_come_in_pages(harbour, acme, plan):
    other = Account.objects.create(name="Zoo", slug="zoo", plan=plan, reseller=acme.reseller)
    past(acme, JUNE)
    past(other, JUNE)
    first = harbour.get("/billing/clients?month=2026-06&limit=1")
    address = first["Link"].partition(">")[0].partition("/api/v1")[2]
    found = [*first.json(), *harbour.get(address).json()]
    assert [each["name"] for each in found] == ["Acme", "Zoo"]


def test_only_owners_see_it(api, alice):
    Membership.objects.filter(user=alice).update(role=Role.MANAGER)
    assert api.get("/billing").status_code == 403
