"""The snapshot of the day: all accounts, once, and never changed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from time_machine import travel

from accounts.models import BandPrice
from mailboxes.models import Mailbox
from plans import tasks
from plans.billing import snapshots
from plans.models import Snapshot
from tests.concurrency import at_once
from tests.conftest import GB, make_domain, make_mailbox
from tests.plans.billing.snapshots import past


def taken(account):
    found = Snapshot.objects.filter(account_id=account.pk).order_by("band_gb")
    return {each.band_gb: each for each in found}


def database_day():
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
        return cursor.fetchone()[0]


def test_each_band_of_each_account_is_written_down(acme, domain):
    make_mailbox(domain, "small")
    large = make_mailbox(domain, "large")
    Mailbox.objects.filter(pk=large.pk).update(quota_bytes=16 * GB)
    make_domain(acme, "empty.test")
    tasks.take_snapshot()
    found = taken(acme)
    assert {band: (row.mailboxes, row.empty_domains) for band, row in found.items()} == {
        8: (2, 1), 25: (1, 0)
    }  # fmt: skip
    assert (found[8].day, found[8].month) == (database_day(), database_day().replace(day=1))


def test_an_account_with_nothing_has_a_row_that_says_so(acme):
    snapshots.take()
    assert [(each.band_gb, each.mailboxes) for each in taken(acme).values()] == [(8, 0)]


def test_names_plans_and_prices_are_those_of_the_day(acme, domain, harbour, settings, plan):
    settings.CURRENCY = "CHF"
    for band in (8, 25):
        BandPrice.objects.create(plan=plan, band_gb=band, monthly=f"{band}.50")
        BandPrice.objects.create(plan=harbour.plan, band_gb=band, monthly=f"{band}.10")
    snapshots.take()
    row = taken(acme)[8]
    assert (row.account_name, row.account_slug, row.plan_name) == ("Acme", "acme", "Standard")
    assert (row.reseller_id, row.reseller_name) == (harbour.pk, "Harbour")
    assert (row.payer_slug, row.currency) == ("harbour", "CHF")
    assert (row.price, row.reseller_price) == (Decimal("8.50"), Decimal("8.10"))


def test_an_account_without_a_reseller_pays_for_itself(harbour):
    BandPrice.objects.create(plan=harbour.plan, band_gb=8, monthly="1.10")
    snapshots.take()
    row = taken(harbour)[8]
    assert (row.reseller_id, row.reseller_name, row.payer_slug) == (None, "", "harbour")
    assert (row.price, row.reseller_price) == (Decimal("1.10"), None)


def test_a_band_without_a_price_is_written_down_without_one(acme, domain):
    snapshots.take()
    assert taken(acme)[8].price is None


def test_a_second_run_of_the_day_changes_nothing(acme, domain):
    assert snapshots.take()
    make_domain(acme, "later.test")
    assert not snapshots.take()
    assert taken(acme)[8].mailboxes == 1


def test_what_is_missing_since_yesterday_is_taken_today(acme, domain):
    past(acme, date(2026, 3, 1))
    assert snapshots.take()
    assert {row.day for row in Snapshot.objects.filter(account_id=acme.pk)} == {
        date(2026, 3, 1), database_day(),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_it_once(acme):
    assert sorted(at_once(snapshots.take, snapshots.take)) == [False, True]
    assert len(taken(acme)) == 1


@pytest.mark.parametrize("change", ["delete", "update"])
def test_what_was_taken_is_never_changed(acme, change):
    snapshots.take()
    rows = Snapshot.objects.filter(account_id=acme.pk)
    with pytest.raises(DatabaseError, match="stay as they were taken"), transaction.atomic():
        rows.delete() if change == "delete" else rows.update(mailboxes=0)


def test_nobody_adds_a_day_that_is_over(acme):
    day = {"day": date(2026, 3, 1), "month": date(2026, 3, 1), "account_id": acme.pk, "band_gb": 8}
    with pytest.raises(DatabaseError, match="of the current day only"), transaction.atomic():
        Snapshot.objects.create(**day, mailboxes=1, empty_domains=0)


def test_a_removed_account_stays_in_the_snapshots(acme):
    snapshots.take()
    pk = acme.pk
    acme.delete()
    assert Snapshot.objects.get(account_id=pk).account_name == "Acme"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_day_is_one_of_the_databases_clock_in_utc(acme, zone):
    """Whatever the clock of the worker says, and wherever the session is; one zone is off now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        with travel(datetime(2020, 1, 1, tzinfo=UTC), tick=False):
            snapshots.take()
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    assert taken(acme)[8].day == database_day()
