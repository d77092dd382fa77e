"""What resellers and customers pay the provider, in the admin."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.urls import reverse
from time_machine import travel

from accounts.models import Account, User
from tests.plans.billing.snapshots import past

JUNE = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _in_july():
    with travel(datetime(2026, 7, 10, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def provider(client, db):
    client.force_login(User.objects.create_superuser("provider@example.test", "a long password"))
    return client


@pytest.fixture
def month(acme, harbour):
    """Harbour with its client acme, and a customer of the provider's own."""
    past(acme, JUNE, 30, n=10, price=Decimal("3.00"), reseller_price=Decimal("1.00"))
    past(harbour, JUNE, 30, n=2, price=Decimal("1.00"))
    past(harbour, JUNE, 30, band=25, n=1, price=Decimal("2.50"))
    direct = Account.objects.create(name="Lone Customer", slug="lone", plan=harbour.plan)
    past(direct, JUNE, 28, price=Decimal("4.00"))


def text_of(provider, **query):
    response = provider.get(
        reverse("admin:plans_snapshot_changelist"), {"month": "2026-06", **query}
    )
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_each_who_pays_is_listed_with_what_clients_have(provider, month):
    text = text_of(provider)
    assert "Harbour" in text
    assert "360" in text
    assert "12.00 EUR" in text
    assert "14.50 EUR" in text
    assert "Lone Customer" in text
    assert "3.73 EUR" in text
    assert "Acme" not in text


def test_the_accounts_that_one_pays_for(provider, month):
    text = text_of(provider, payer="harbour")
    assert "Acme" in text
    assert "10.00 EUR" in text
    assert "30.00 EUR" not in text
    assert "Lone Customer" not in text


def test_an_account_is_with_each_who_paid_for_it(provider, acme, harbour):
    past(acme, JUNE, 10, reseller_price=Decimal("1.00"))
    acme.reseller = None
    past(acme, date(2026, 6, 11), 20, n=100, price=Decimal("7.00"))
    text = text_of(provider, payer="harbour")
    assert "0.33 EUR" in text
    assert "7.00 EUR" not in text


def test_accounts_of_others_take_no_place_on_a_page(provider, month, harbour):
    for number in range(50):
        other = Account(name="Other", slug=f"aaa-{number:02}", plan=harbour.plan)
        past(other, JUNE)
    assert "Acme" in text_of(provider, payer="harbour")


def test_who_pays_is_found_by_a_part_of_the_name(provider, month):
    text = text_of(provider, q="One")
    assert "Lone Customer" in text
    assert "Harbour" not in text
    assert "Nobody found" in text_of(provider, q="nobody")


def test_days_without_a_snapshot_are_named(provider, harbour):
    past(harbour, JUNE, 28)
    assert "Days without a snapshot: 29 June – 30 June" in text_of(provider)


def test_another_month_has_other_figures(provider, month):
    assert "Lone Customer" not in text_of(provider, month="2026-07")


def test_the_sheet_has_every_account_at_what_the_provider_gets(provider, month):
    response = provider.get(reverse("admin:plans_snapshot_sheet"), {"month": "2026-06"})
    rows = list(csv.DictReader(StringIO(response.getvalue().decode())))
    assert [
        (row["payer_slug"], row["account_name"], row["band_gb"], row["due_amount"]) for row in rows
    ] == [
        ("harbour", "Acme", "8", "10.00"), ("harbour", "Harbour", "8", "2.00"),
        ("harbour", "Harbour", "25", "2.50"), ("lone", "Lone Customer", "8", "3.73"),
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["changelist", "sheet"])
def test_who_has_no_right_to_it_sees_nothing(client, page, month):
    client.force_login(User.objects.create_user("staff@example.test", is_staff=True))
    assert client.get(reverse(f"admin:plans_snapshot_{page}")).status_code == 403
