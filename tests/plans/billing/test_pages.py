"""The pages of what is invoiced: who sees which figures."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import travel

from accounts.models import Account, Membership, Role, User
from tests.plans.billing.snapshots import past

JUNE = date(2026, 6, 1)
LATER = datetime(2026, 7, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_july():
    with travel(LATER, tick=False):
        yield


def address(name, account, month="2026-06", more=""):
    return f"{reverse(f'plans:{name}', args=[account.slug])}?month={month}{more}"


def page(client, *where, **more):
    response = client.get(address(*where, **more))
    assert response.status_code == 200
    return " ".join(response.text.split())


def sheet(client, *where):
    response = client.get(address(*where))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(response.getvalue().decode())))


def client_of(harbour, slug, name=""):
    return Account.objects.create(
        name=name or slug.title(), slug=slug, reseller=harbour, plan=harbour.plan
    )


def test_an_owner_sees_what_a_month_comes_to(as_alice, acme):
    past(acme, JUNE, 30, n=2, price=Decimal("1.25"))
    text = page(as_alice, "billing", acme)
    assert "8 GB" in text
    assert "2.50 EUR" in text


def test_without_prices_there_are_figures_and_no_amounts(as_alice, acme):
    past(acme, JUNE, 30, n=2, price=None)
    text = page(as_alice, "billing", acme)
    assert "60" in text
    assert "EUR" not in text
    assert "Price per month" not in text
    assert "You pay" not in text


def test_what_has_no_price_is_never_shown_as_free(as_alice, acme):
    past(acme, JUNE, 30)
    past(acme, JUNE, 30, band=25, price=None)
    text = page(as_alice, "billing", acme)
    assert "30 mailbox-days without a price are not in it" in text
    assert "Not priced" in text


def test_missing_days_are_named(as_alice, acme):
    past(acme, JUNE, 28)
    text = page(as_alice, "billing", acme)
    assert "Days without a snapshot: 29 June – 30 June" in text
    assert "nothing is invoiced for them" in text


def test_without_a_month_it_is_the_current_one(as_alice, acme):
    past(acme, JUNE, 30)
    assert "You pay so far" not in page(as_alice, "billing", acme)
    past(acme, date(2026, 7, 1), 9, n=4)
    assert "You pay so far" in page(as_alice, "billing", acme, "")
    assert "You pay so far" in page(as_alice, "billing", acme, "1999-99")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER, Role.MANAGER])
@pytest.mark.parametrize("name", ["billing", "billing_sheet"])
def test_only_owners_see_prices(client, acme, role, name):
    user = User.objects.create_user("more@example.test")
    Membership.objects.create(user=user, account=acme, role=role)
    client.force_login(user)
    assert client.get(address(name, acme)).status_code == 403


def test_a_reseller_sees_apart_what_it_pays_and_what_clients_pay(as_dora, acme, harbour):
    past(acme, JUNE, 30, n=10, price=Decimal("3.00"), reseller_price=Decimal("1.00"))
    past(harbour, JUNE, 30, n=2, price=Decimal("1.00"))
    text = page(as_dora, "billing_of_clients", harbour)
    assert figures(text) == {
        "Clients pay you": "30.00 EUR", "You pay for clients": "10.00 EUR",
        "You pay for your own": "2.00 EUR",
    }  # fmt: skip
    assert "Acme" in text
    assert figures(page(as_dora, "billing", harbour)) == {
        "Your own mailboxes": "2.00 EUR", "Your clients’ mailboxes": "10.00 EUR",
        "You pay": "12.00 EUR",
    }  # fmt: skip


def figures(text):
    parts = text.split('figure-label">')[1:]
    return {
        part.split("</span>")[0]: part.split('figure-value">')[1].split("</span>")[0].strip()
        for part in parts
    }


def test_a_client_sees_its_own_price_and_not_what_its_reseller_pays(as_alice, acme, harbour):
    past(acme, JUNE, 30, n=10, price=Decimal("3.00"), reseller_price=Decimal("1.11"))
    text = page(as_alice, "billing", acme)
    assert "30.00 EUR" in text
    assert "11.10" not in text
    assert "reseller_price" not in sheet(as_alice, "billing_sheet", acme)[0]


def test_a_reseller_sees_no_other_ones_clients(as_dora, acme, harbour):
    quay = Account.objects.create(name="Quay", slug="quay", plan=harbour.plan)
    past(client_of(quay, "elsewhere"), JUNE, 30)
    past(harbour, JUNE)
    assert "Elsewhere" not in page(as_dora, "billing_of_clients", harbour)
    assert sheet(as_dora, "billing_of_clients_sheet", harbour) == []


@pytest.mark.parametrize("name", ["billing_of_clients", "billing_of_clients_sheet"])
def test_who_is_no_reseller_has_no_page_of_clients(as_alice, acme, name):
    assert as_alice.get(address(name, acme)).status_code == 404


def test_clients_are_found_by_a_part_of_their_name(as_dora, harbour):
    for name in ("Müller GmbH", "Bäckerei Meier"):
        past(client_of(harbour, name.split()[1].lower(), name), JUNE, 30)
    text = page(as_dora, "billing_of_clients", harbour, more="&q=GMB")
    assert "Müller GmbH" in text
    assert "Meier" not in text
    assert "No client matches" in page(as_dora, "billing_of_clients", harbour, more="&q=nobody")


def test_a_removed_client_is_still_on_the_page(as_dora, acme, harbour):
    past(acme, JUNE, 3)
    acme.delete()
    assert "Acme" in page(as_dora, "billing_of_clients", harbour)


def test_the_list_of_clients_has_pages(as_dora, harbour):
    for number in range(51):
        past(client_of(harbour, f"client-{number:02}"), JUNE, 2)
    first = page(as_dora, "billing_of_clients", harbour)
    assert "Client-49" in first
    assert "Client-50" not in first
    second = page(as_dora, "billing_of_clients", harbour, more="&after=client-49")
    assert "Client-50" in second
    assert "Client-49" not in second


def test_the_clients_of_others_take_no_place_on_a_page(as_dora, acme, harbour):
    quay = Account.objects.create(name="Quay", slug="quay", plan=harbour.plan)
    for number in range(51):
        past(client_of(quay, f"aaa-{number:02}"), JUNE)
    past(acme, JUNE)
    assert "Acme" in page(as_dora, "billing_of_clients", harbour)


def test_many_clients_cost_no_more_queries_than_few(as_dora, harbour):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            page(as_dora, "billing_of_clients", harbour)
        return len(found)

    past(client_of(harbour, "first"), JUNE, 30)
    few = queries()
    for number in range(20):
        past(client_of(harbour, f"client-{number:02}"), JUNE, 30)
    assert queries() == few


def test_the_sheet_of_an_account_has_its_lines(as_alice, acme):
    past(acme, JUNE, 28, n=3, price=Decimal("1.25"), empty_domains=1)
    (row,) = sheet(as_alice, "billing_sheet", acme)
    assert row == {
        "month": "2026-06", "days_of_month": "30", "days_without_snapshot": "2",
        "account_name": "Acme", "account_slug": "acme", "plan_name": "Standard", "band_gb": "8",
        "first_day": "2026-06-01", "last_day": "2026-06-28", "mailbox_days": "84",
        "empty_domain_days": "28", "highest": "3", "last": "3", "currency": "EUR",
        "due_price": "1.25", "due_amount": "3.50",
    }  # fmt: skip


def test_the_sheet_of_a_reseller_has_its_clients_at_its_own_prices(as_dora, acme, harbour):
    past(acme, JUNE, 30, price=Decimal("3.00"), reseller_price=Decimal("1.00"))
    past(harbour, JUNE, 30, price=Decimal("2.00"))
    found = sheet(as_dora, "billing_sheet", harbour)
    assert {row["account_name"]: row["due_amount"] for row in found} == {
        "Acme": "1.00", "Harbour": "2.00"
    }  # fmt: skip


def test_the_sheet_of_a_client_has_its_own_price(as_alice, acme, harbour):
    past(acme, JUNE, 30, price=Decimal("3.00"), reseller_price=Decimal("1.00"))
    (row,) = sheet(as_alice, "billing_sheet", acme)
    assert (row["due_price"], row["due_amount"]) == ("3.00", "3.00")


def test_the_sheet_of_clients_has_both_prices(as_dora, acme, harbour):
    past(acme, JUNE, 30, price=Decimal("3.00"), reseller_price=None)
    (row,) = sheet(as_dora, "billing_of_clients_sheet", harbour)
    assert (row["price"], row["amount"]) == ("3.00", "3.00")
    assert (row["reseller_price"], row["reseller_amount"]) == ("", "")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_is_never_run_as_a_formula(as_alice, acme, name):
    acme.name = name
    past(acme, JUNE)
    (row,) = sheet(as_alice, "billing_sheet", acme)
    assert row["account_name"] == f"'{name}"


def test_names_keep_their_letters_commas_and_quotes(as_alice, acme):
    acme.name = 'Müller, "Söhne"'
    past(acme, JUNE)
    (row,) = sheet(as_alice, "billing_sheet", acme)
    assert row["account_name"] == 'Müller, "Söhne"'


def test_the_file_is_named_after_the_account_and_the_month(as_alice, acme):
    past(acme, JUNE)
    response = as_alice.get(address("billing_sheet", acme))
    assert response["Content-Disposition"] == 'attachment; filename="acme-2026-06.csv"'
