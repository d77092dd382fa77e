"""What the pages say: sums by day and by sender over a time, and the addresses of one sender."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models import Sum as Total
from django.utils import timezone
from django.utils.translation import gettext as _

from domains.dns.suffixes import organizational_domain
from domains.models import Domain
from domains.reports.models import OURS, UNKNOWN, Intake, Report, Source, Sum, Tally

PERIODS = (30, 90, 365)
MOST_SENDERS = 50
MOST_ADDRESSES = 100
MOST_REPORTERS = 20
# As good as all: forwarding breaks some of everybody's mail.
ENOUGH_PERCENT = 98
TOTALS = {name: Total(name) for name in Tally.COUNTS}


@dataclass(frozen=True, slots=True)
class Counted:
    """Messages, and how they fared."""

    messages: int = 0
    passed: int = 0
    by_dkim: int = 0
    by_spf: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def failed(self) -> int:
        return self.messages - self.passed

    @property
    def percent(self) -> float:
        """How many passed. Never 100 while one failed."""
        share = 100 * self.passed / self.messages if self.messages else 0
        return share if share == 100 else min(share, 99.9)

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(*(getattr(self, name) + getattr(other, name) for name in Tally.COUNTS))


@dataclass(frozen=True, slots=True)
class Sender:
    key: str
    counted: Counted
    own: bool  # goes by the customer's own name

    def __str__(self) -> str:
        return _("Our mail servers") if self.ours else self.key or _("Unknown senders")

    @property
    def ours(self) -> bool:
        return self.key == OURS

    @property
    def unknown(self) -> bool:
        return self.key == UNKNOWN

    @property
    def passes(self) -> bool:
        """So much of it that the rest is forwarding that broke it."""
        return self.counted.percent >= ENOUGH_PERCENT

    @property
    def recognised(self) -> bool:
        """The customer has let it send: some of its mail passed, or it is us."""
        return self.ours or self.counted.passed > 0


@dataclass(frozen=True, slots=True)
class Address:
    """From where a sender sent, as which name, and what proved it."""

    ip: str
    header_from: str
    dkim_domain: str
    spf_domain: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class Reporter:
    vouched_by: str
    reports: int
    messages: int


def since(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def by_day(domain: Domain, days: int) -> dict[date, Counted]:
    """Each day that something was reported of."""
    return dict(sorted(_added(_sums(domain, days), "day")))


def days_vouched(domain: Domain, days: int) -> int:
    """On how many days something was reported that somebody vouches for."""
    return _sums(domain, days).filter(vouched=True).values("day").distinct().count()


def by_sender(domain: Domain, days: int, *, vouched: bool = False) -> list[Sender]:
    """Who sent, those with most messages first; of reports that somebody vouches for, if wished."""
    sums, own = _sums(domain, days), organizational_domain(domain.name)
    found = _added(sums.filter(vouched=True) if vouched else sums, "sender")
    senders = (Sender(key, counted, key == own) for key, counted in found)
    return sorted(senders, key=lambda each: (-each.counted.messages, each.key))


def addresses(domain: Domain, sender: str, days: int) -> list[Address]:
    """From where one sender sent: the busiest."""
    rows = Source.objects.filter(domain=domain, sender=sender, day__gt=since(days))
    keys = ("ip", "header_from", "dkim_domain", "spf_domain")
    found = rows.values_list(*keys).annotate(**TOTALS).order_by("-messages", *keys)
    return [
        Address(ip, header_from, dkim, spf, Counted(*map(int, counts)))
        for ip, header_from, dkim, spf, *counts in found[:MOST_ADDRESSES]
    ]


def reporters(domain: Domain, days: int) -> list[Reporter]:
    """Who reported, the busiest first; those that nobody vouches for are one."""
    found = Report.objects.filter(domain=domain, day__gt=since(days)).values_list("vouched_by")
    rows = found.annotate(reports=Count("*"), all=Total("messages")).order_by("-all", "vouched_by")
    return [Reporter(*row) for row in rows[:MOST_REPORTERS]]


def left_out(domain: Domain, days: int) -> int:
    """Reports that were too many to be counted."""
    found = Intake.objects.filter(domain=domain, day__gt=since(days))
    return found.aggregate(all=Total("left_reports"))["all"] or 0


def together(found: Iterable[Counted]) -> Counted:
    return sum(found, Counted())


def _sums(domain: Domain, days: int) -> "QuerySet[Sum]":
    return Sum.objects.filter(domain=domain, day__gt=since(days))


def _added(sums: "QuerySet[Sum]", key: str) -> Iterable[tuple[Any, Counted]]:
    """What was counted for each value of that column."""
    rows = sums.values_list(key).annotate(**TOTALS)
    return ((value, Counted(*map(int, counts))) for value, *counts in rows)
