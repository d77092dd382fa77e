"""A month of snapshots: which one, and which of its days have none."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from plans.models import Snapshot

# The days that are over, of which nothing was written down.
MISSING = """
    SELECT past.day::date FROM generate_series(%s::date, %s::date, interval '1 day') AS past (day)
     WHERE NOT EXISTS (SELECT FROM plans_snapshot AS taken WHERE taken.day = past.day::date)
     ORDER BY 1
"""
Span = tuple[date, date]


@dataclass(frozen=True, slots=True, order=True)
class Month:
    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def days(self) -> int:
        return monthrange(self.first.year, self.first.month)[1]

    @property
    def last(self) -> date:
        return self.first.replace(day=self.days)

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def is_over(self) -> bool:
        return self.last < timezone.now().date()


def known() -> list[Month]:
    """From the current month back to that of the first snapshot."""
    month = Month.of(timezone.now().date())
    oldest = Snapshot.objects.aggregate(day=Min("day"))["day"] or month.first
    months = [month]
    while (month := month.before).last >= oldest:
        months.append(month)
    return months


def missing(month: Month) -> list[Span]:
    """The days without a snapshot, until yesterday: those in a row as the first and the last."""
    until = min(month.last, timezone.now().date() - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [month.first, until])
        return _in_a_row([day for (day,) in cursor.fetchall()])


def _in_a_row(days: list[date]) -> list[Span]:
    spans: list[Span] = []
    for day in days:
        if spans and spans[-1][1] == day - timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def chosen_month(request: HttpRequest) -> dict[str, Any]:
    """The months to choose from, and the one of ?month=, or else the current one."""
    months = known()
    typed = request.GET.get("month", "")
    month = next((each for each in months if each.name == typed), months[0])
    return {
        "choices": [(each.name, date_format(each.first, "F Y")) for each in months],
        "month": month,
        "missing": missing(month),
        "empty_domains": settings.BILL_EMPTY_DOMAINS,
    }
