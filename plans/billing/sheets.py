"""The lines of a month as CSV, row by row as the database hands them out."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from plans.billing.months import Month, missing
from plans.models import LineQuerySet

COLUMNS = (
    "account_name", "account_slug", "plan_name", "band_gb", "first_day", "last_day",
    "mailbox_days", "empty_domain_days", "highest", "last", "currency",
)  # fmt: skip
DUE = ("due_price", "due_amount")
OF_PROVIDER = ("reseller_name", "payer_slug", *DUE)
OF_CLIENTS = ("price", "amount", "reseller_price", "reseller_amount")
# By which a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def respond(
    lines: LineQuerySet, further: Sequence[str], month: Month, name: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        _rows(lines, (*COLUMNS, *further), month), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-{month.name}.csv"'
    return response


def _rows(lines: LineQuerySet, columns: Sequence[str], month: Month) -> Iterator[str]:
    writer = csv.writer(_Line())
    days_missing = sum((last - first).days + 1 for first, last in missing(month))
    of_month = (month.name, month.days, days_missing)
    yield writer.writerow(("month", "days_of_month", "days_without_snapshot", *columns))
    for row in lines.in_order().values_list(*columns).iterator(chunk_size=1000):
        yield writer.writerow((*of_month, *map(harmless, row)))


def harmless(value: Any) -> Any:
    """A name that begins like a formula is marked as text, so that no spreadsheet runs it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
