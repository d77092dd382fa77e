"""How many mailboxes of each band there are now, and what they cost a month."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import Account, Plan
from quotas.limits import GB

# The same rule as quotas.bands.band_of(), for a million rows at once.
BAND = """
    (%(bands)s::int[])[1 + least(width_bucket(quota_bytes - 1, %(sizes)s::bigint[]), %(last)s)]
"""
# A domain that is not proved is a mere claim, and an alias domain is free.
COUNTED = f"""
    SELECT account_id, band_gb, sum(mailboxes) AS mailboxes, sum(empty_domains) AS empty_domains
      FROM (SELECT account_id, {BAND}, mailboxes, 0
              FROM (SELECT account_id, quota_bytes, count(*) AS mailboxes
                      FROM mailboxes_mailbox WHERE counted {{of}}
                     GROUP BY 1, 2) AS of_size
             UNION ALL
            SELECT account_id, (%(bands)s::int[])[1], count(*), count(*)
              FROM domains_domain
             WHERE %(empty_too)s AND mailbox_count = 0 AND alias_of_id IS NULL
               AND status = 'active' {{of}}
             GROUP BY 1
           ) AS part (account_id, band_gb, mailboxes, empty_domains)
     GROUP BY 1, 2
"""  # noqa: S608 - made of constants, as those below
# A reseller pays for its clients, too.
OF_PAYER = """
    AND account_id IN (
        SELECT id FROM accounts_account WHERE id = %(payer)s OR reseller_id = %(payer)s)
"""
COUNTED_NOW = f"""
    SELECT band_gb, sum(mailboxes), sum(empty_domains) FROM ({COUNTED.format(of=OF_PAYER)}) AS found
     GROUP BY 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Count:
    """What counts in one band; of the mailboxes, some may stand for empty domains."""

    band_gb: int
    mailboxes: int
    empty_domains: int
    price: Decimal | None = None

    @property
    def monthly(self) -> Decimal | None:
        """None: the plan names no price for this band."""
        return None if self.price is None else self.price * self.mailboxes


@dataclass(frozen=True, slots=True)
class Cost:
    counts: list[Count]

    @property
    def unpriced(self) -> list[int]:
        """The bands that are in use and have no price."""
        return [each.band_gb for each in self.counts if each.mailboxes and each.price is None]

    @property
    def total(self) -> Decimal | None:
        """None when something in use has no price: a part of the sum would look like all of it."""
        if self.unpriced:
            return None
        return sum((each.monthly or Decimal() for each in self.counts), Decimal())


def counts(account: Account) -> list[Count]:
    """What counts now in each band, used or not; a reseller's clients count as its own."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED_NOW, {**parameters(), "payer": account.pk})
        found = {band: Count(band, int(n), int(empty)) for band, n, empty in cursor.fetchall()}
    return [found.get(band) or Count(band, 0, 0) for band in settings.BILLING_BANDS_GB]


def monthly_cost(account: Account, plan: Plan) -> Cost:
    """What a month of what is there now costs on that plan."""
    prices = dict(plan.prices.values_list("band_gb", "monthly"))
    return Cost([
        Count(each.band_gb, each.mailboxes, each.empty_domains, prices.get(each.band_gb))
        for each in counts(account)
    ])  # fmt: skip


def parameters() -> dict[str, Any]:
    """Of COUNTED."""
    bands = list(settings.BILLING_BANDS_GB)
    return {
        "bands": bands,
        "sizes": [band * GB for band in bands],
        "last": len(bands) - 1,
        "empty_too": settings.BILL_EMPTY_DOMAINS,
    }
