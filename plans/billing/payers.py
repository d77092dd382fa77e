"""Who pays the provider for a month: resellers, and customers without one."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from kuploy.paging import Page, paginate
from plans.billing.charges import Charge, Total, of_payers, total
from plans.billing.months import Month
from plans.models import Line, LineQuerySet, Snapshot


@dataclass(frozen=True, slots=True)
class Payer:
    slug: str
    name: str
    charges: list[Charge]

    @property
    def total(self) -> Total:
        return total(self.charges)


def lines_of(month: Month) -> LineQuerySet:
    return Line.objects.filter(month=month.first).paid_to_provider()


def page_of_payers(month: Month, params: Any) -> tuple[Page[Snapshot], list[Payer]]:
    """Some of them, with what comes together in each band at each price."""
    there = Snapshot.objects.filter(month=month.first).distinct("payer_slug")
    page = paginate(there, "payer_slug", params, slugify(params.get("q", "")))
    found: dict[str, list[Charge]] = {row.payer_slug: [] for row in page.rows}
    lines = lines_of(month).filter(payer_slug__in=list(found))
    for slug, charge in of_payers(lines):
        found[slug].append(charge)
    names = {row.payer_slug: row.reseller_name or row.account_name for row in page.rows}
    return page, [Payer(slug, names[slug], found[slug]) for slug in found]
