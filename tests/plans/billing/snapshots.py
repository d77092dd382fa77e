"""Snapshots of days that are over, which the database does not take from anybody."""

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from accounts.models import Account
from plans.models import Snapshot


@contextmanager
def in_the_past():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE plans_snapshot DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE plans_snapshot ENABLE TRIGGER USER")


def past(account: Account, first: date, days: int = 1, band: int = 8, n: int = 1, **fields):
    """Snapshots of so many days, each with so many mailboxes."""
    seller = account.reseller
    fields = {
        "account_id": account.pk, "account_name": account.name, "account_slug": account.slug,
        "reseller_id": seller and seller.pk, "reseller_name": seller.name if seller else "",
        "payer_slug": (seller or account).slug, "plan_name": account.plan.name, "band_gb": band,
        "mailboxes": n, "empty_domains": 0, "currency": "EUR", "price": Decimal("1.00"), **fields,
    }  # fmt: skip
    taken = [first + timedelta(days=passed) for passed in range(days)]
    with in_the_past():
        Snapshot.objects.bulk_create(
            Snapshot(day=day, month=day.replace(day=1), **fields) for day in taken
        )
