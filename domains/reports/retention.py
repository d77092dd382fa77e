"""What is old goes, a few rows at a time."""

from django.db import connection

from domains.reports.models import KEPT_DAYS, SUMS_KEPT_DAYS

AT_MOST = 10_000
FORGET = """
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table} WHERE day < (now() AT TIME ZONE 'UTC')::date - %s LIMIT %s))
"""
KEPT = {
    "reports_source": KEPT_DAYS,
    # A day longer than reports are taken, so that none is counted anew.
    "reports_report": KEPT_DAYS + 32,
    "reports_intake": KEPT_DAYS,
    "reports_sum": SUMS_KEPT_DAYS,
}


def forget() -> None:
    for table, days in KEPT.items():
        while _forget_some(table, days) == AT_MOST:
            pass


def _forget_some(table: str, days: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FORGET.format(table=table), [days, AT_MOST])
        return int(cursor.rowcount)
