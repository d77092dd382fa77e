"""The snapshot of the day: one statement for all accounts, taken once."""

from django.conf import settings
from django.db import connection, transaction

from plans.billing.counting import COUNTED, parameters

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('plans.snapshots'))"
TAKEN = """
    SELECT EXISTS (SELECT FROM plans_snapshot WHERE day = (now() AT TIME ZONE 'UTC')::date)
"""
LATE = """
    SELECT EXISTS (SELECT FROM plans_snapshot)
       AND NOT EXISTS (SELECT FROM plans_snapshot WHERE day = (now() AT TIME ZONE 'UTC')::date)
       AND (now() AT TIME ZONE 'UTC')::time > '00:10'
"""
# One pass over all mailboxes, of which little is kept.
PLANNING = "SET LOCAL work_mem = '64MB'"
TAKE = f"""
    INSERT INTO plans_snapshot (
           day, month, account_id, account_name, account_slug, reseller_id, reseller_name,
           payer_slug, plan_name, band_gb, mailboxes, empty_domains, price, reseller_price,
           currency)
    WITH counted AS ({COUNTED.format(of="")}), found AS (
        SELECT account_id, band_gb, mailboxes, empty_domains FROM counted
         UNION ALL
        SELECT id, smallest, 0, 0
          FROM accounts_account CROSS JOIN (SELECT (%(bands)s::int[])[1]) AS band (smallest)
         WHERE NOT EXISTS (SELECT FROM counted WHERE account_id = id AND band_gb = smallest)
    )
    SELECT today, date_trunc('month', today)::date, account.id, account.name, account.slug,
           reseller.id, coalesce(reseller.name, ''), coalesce(reseller.slug, account.slug),
           plan.name, found.band_gb, mailboxes, empty_domains, own.monthly, pool.monthly,
           %(currency)s
      FROM found
     CROSS JOIN (SELECT (now() AT TIME ZONE 'UTC')::date) AS day (today)
      JOIN accounts_account AS account ON account.id = account_id AND account.removed_at IS NULL
      JOIN accounts_plan AS plan ON plan.id = account.plan_id
      LEFT JOIN accounts_account AS reseller ON reseller.id = account.reseller_id
      LEFT JOIN accounts_bandprice AS own
        ON own.plan_id = account.plan_id AND own.band_gb = found.band_gb
      LEFT JOIN accounts_bandprice AS pool
        ON pool.plan_id = reseller.plan_id AND pool.band_gb = found.band_gb
"""  # noqa: S608 - made of constants


def take() -> bool:
    """Write down what every account has, unless that was done today; whether it was done now.

    A day is one of UTC by the database's clock. It is taken as soon as it begins, or as soon as
    somebody is there to do it; a day on which nobody was is missing for good.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        (mine,) = cursor.fetchone()
        if not mine:
            return False
        cursor.execute(TAKEN)
        (taken,) = cursor.fetchone()
        if not taken:
            cursor.execute(PLANNING)
            cursor.execute(TAKE, {**parameters(), "currency": settings.CURRENCY})
        return not taken


def is_late() -> bool:
    """There are some of other days, and today nobody has taken one."""
    with connection.cursor() as cursor:
        cursor.execute(LATE)
        (late,) = cursor.fetchone()
        return bool(late)
