"""Month arithmetic: mailbox-days, amounts, and days that are missing. All days are of UTC."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from time_machine import travel

from accounts.models import Account, Plan
from plans.billing.charges import by_band, charges, of_clients, total
from plans.billing.months import Month, known, missing
from plans.models import Line
from tests.plans.billing.snapshots import past

JUNE = date(2026, 6, 1)


def lines(account):
    return list(Line.objects.filter(account_id=account.pk).in_order())


def line(account):
    (found,) = lines(account)
    return found


@pytest.mark.parametrize(
    ("first", "days"),
    [(date(2026, 2, 1), 28), (date(2028, 2, 1), 29), (date(2026, 3, 1), 31), (JUNE, 30),
     (date(2026, 10, 1), 31), (date(2026, 12, 1), 31)],
)  # fmt: skip
def test_a_mailbox_that_was_there_all_month_costs_its_price(acme, first, days):
    """In a month of any length, and with the clock put forward or back in it."""
    past(acme, first, days, n=1, price=Decimal("3.10"))
    assert (line(acme).mailbox_days, line(acme).amount) == (days, Decimal("3.10"))
    assert Month(first).days == days
    assert Month(first).last == line(acme).last_day


def test_a_mailbox_that_was_there_for_a_part_costs_that_part(acme):
    past(acme, JUNE, 10, n=3, price=Decimal("1.00"))
    assert (line(acme).mailbox_days, line(acme).amount) == (30, Decimal("1.00"))


@pytest.mark.parametrize(
    ("price", "days", "amount"),
    [("1.00", 1, "0.03"), ("1.00", 2, "0.07"), ("0.15", 1, "0.01"), ("0.14", 1, "0.00"),
     ("0", 30, "0.00")],
)  # fmt: skip
def test_an_amount_is_rounded_once_half_a_cent_up(acme, price, days, amount):
    past(acme, JUNE, days, price=Decimal(price))
    assert line(acme).amount == Decimal(amount)


def test_a_line_knows_the_most_and_what_there_was_at_its_end(acme):
    for day, n in enumerate((2, 7, 4), start=1):
        past(acme, date(2026, 6, day), n=n, empty_domains=1)
    found = line(acme)
    assert (found.highest, found.last, found.mailbox_days) == (7, 4, 13)
    assert (found.empty_domain_days, found.first_day.day, found.last_day.day) == (3, 1, 3)


def test_what_has_no_price_has_no_amount(acme):
    past(acme, JUNE, price=None)
    past(acme, JUNE, band=25, n=2)
    assert line_amounts(acme) == [None, Decimal("0.07")]
    assert total(lines(acme)).unpriced_days == 1
    assert total(lines(acme)).amounts == [("EUR", Decimal("0.07"))]


def line_amounts(account):
    return [each.amount for each in lines(account)]


def test_an_account_with_nothing_has_no_line(acme):
    past(acme, JUNE, 30, n=0)
    assert lines(acme) == []


def test_moving_to_another_plan_begins_a_line_of_its_own(acme):
    past(acme, JUNE, 15, price=Decimal("1.00"))
    acme.plan = Plan.objects.create(name="Large")
    past(acme, date(2026, 6, 16), 15, price=Decimal("3.00"))
    found = [(each.plan_name, each.mailbox_days, each.amount) for each in lines(acme)]
    assert found == [("Standard", 15, Decimal("0.50")), ("Large", 15, Decimal("1.50"))]


def test_a_changed_price_begins_a_line_of_its_own(acme):
    past(acme, JUNE, 15, price=Decimal("1.00"))
    past(acme, date(2026, 6, 16), 15, price=Decimal("3.00"))
    assert line_amounts(acme) == [Decimal("0.50"), Decimal("1.50")]


def test_each_reseller_has_the_days_it_was_one(acme, harbour):
    past(acme, JUNE, 10)
    acme.reseller = Account.objects.create(name="Quay", slug="quay", plan=harbour.plan)
    past(acme, date(2026, 6, 11), 20)
    found = {each.reseller_name: each.mailbox_days for each in lines(acme)}
    assert found == {"Harbour": 10, "Quay": 20}


def test_a_new_name_is_that_of_the_whole_line(acme):
    past(acme, JUNE)
    acme.name = "Acme GmbH"
    past(acme, date(2026, 6, 2))
    assert (line(acme).account_name, line(acme).mailbox_days) == ("Acme GmbH", 2)


def test_a_removed_account_is_still_in_the_month(acme):
    past(acme, JUNE, 3)
    pk = acme.pk
    acme.delete()
    assert Line.objects.get(account_id=pk).mailbox_days == 3


def test_sums_are_sums_of_lines(acme, harbour):
    """A third of a cent each: rounded before they are added, so that an invoice adds up."""
    past(acme, JUNE, reseller_price=Decimal("0.10"), price=Decimal("1.00"))
    past(harbour, JUNE, price=Decimal("1.00"))
    past(harbour, JUNE, band=25, n=2, price=Decimal("2.00"))
    paid = charges(Line.objects.all())
    assert [(each.band_gb, each.price, each.amount) for each in paid] == [
        (8, Decimal("1.00"), Decimal("0.06")), (25, Decimal("2.00"), Decimal("0.13"))
    ]  # fmt: skip
    assert total(paid).amounts == [("EUR", Decimal("0.19"))]
    (cost,) = charges(Line.objects.filter(reseller_id=harbour.pk), whose="reseller_")
    assert (cost.price, cost.amount) == (Decimal("0.10"), Decimal("0.00"))


def test_one_look_at_the_clients_tells_both_sums(acme, harbour):
    """The same price on both sides of a change of the other one is one charge."""
    past(acme, JUNE, 10, price=Decimal("3.00"), reseller_price=Decimal("1.00"))
    past(acme, date(2026, 6, 11), 10, price=Decimal("6.00"), reseller_price=Decimal("1.00"))
    past(acme, date(2026, 6, 21), 10, price=Decimal("6.00"), reseller_price=None)
    lines = Line.objects.filter(reseller_id=harbour.pk)
    paid, cost = of_clients(lines)
    assert [(each.price, each.mailbox_days, each.amount) for each in paid] == [
        (Decimal("3.00"), 10, Decimal("1.00")), (Decimal("6.00"), 20, Decimal("4.00"))
    ]  # fmt: skip
    assert {(each.price, each.mailbox_days, each.amount) for each in cost} == {
        (Decimal("1.00"), 20, Decimal("0.66")), (None, 10, None)
    }  # fmt: skip
    assert sorted(cost, key=str) == sorted(charges(lines, whose="reseller_"), key=str)


def test_currencies_are_never_added_up(acme):
    past(acme, JUNE, 30)
    past(acme, JUNE, 30, band=25, currency="CHF", price=Decimal("2.00"))
    assert total(lines(acme)).amounts == [("CHF", Decimal("2.00")), ("EUR", Decimal("1.00"))]


def test_the_prices_of_a_band_are_added_up(acme):
    past(acme, JUNE, 15, price=Decimal("1.00"))
    past(acme, date(2026, 6, 16), 15, price=None)
    (band,) = by_band(charges(Line.objects.all()))
    assert (band.band_gb, len(band.charges)) == (8, 2)
    assert (band.total.mailbox_days, band.total.unpriced_days) == (30, 15)


@travel(datetime(2026, 6, 10, 12, tzinfo=UTC), tick=False)
def test_days_without_a_snapshot_are_told_from_days_with_nothing(acme):
    past(acme, JUNE, 2, n=0)
    past(acme, date(2026, 6, 6), n=1)
    assert missing(Month(JUNE)) == [
        (date(2026, 6, 3), date(2026, 6, 5)), (date(2026, 6, 7), date(2026, 6, 9))
    ]  # fmt: skip


def test_of_a_month_that_is_over_the_last_day_may_be_missing_too(acme):
    past(acme, JUNE, 29)
    assert missing(Month(JUNE)) == [(date(2026, 6, 30), date(2026, 6, 30))]


@travel(datetime(2026, 6, 1, 0, 1, tzinfo=UTC), tick=False)
def test_on_the_first_day_of_a_month_none_is_missing(acme):
    assert missing(Month(JUNE)) == []


@travel(datetime(2026, 2, 10, tzinfo=UTC), tick=False)
def test_the_months_to_choose_from_go_back_to_the_first_snapshot(acme):
    assert [each.name for each in known()] == ["2026-02"]
    past(acme, date(2025, 11, 30))
    assert [each.name for each in known()] == ["2026-02", "2026-01", "2025-12", "2025-11"]
    assert [each.is_over for each in known()] == [False, True, True, True]
