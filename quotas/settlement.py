"""Levels follow the figures: each crossing moves one level and raises one alert, together."""

from django.db import connection, transaction

from notifications import fanout

AT_MOST = 5_000

# One settlement at a time: two could judge the same mailbox by figures of different age.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('quotas.settlement'))"
WAIT_FOR_LOCK = "SELECT pg_advisory_xact_lock(hashtext('quotas.settlement'))"

# The changes are taken away; the sums of their domains move along.
TAKE = """
    WITH taken AS (
        DELETE FROM quotas_change
         WHERE id IN (SELECT id FROM quotas_change ORDER BY id LIMIT %s)
        RETURNING subject, domain_id, bytes, messages
    ), summed AS (
        INSERT INTO quotas_total AS total (domain_id, bytes, messages)
        SELECT domain_id, sum(bytes), sum(messages)
          FROM taken WHERE domain_id IN (SELECT id FROM domains_domain) GROUP BY domain_id
            ON CONFLICT (domain_id) DO UPDATE
           SET bytes = total.bytes + EXCLUDED.bytes, messages = total.messages + EXCLUDED.messages
    )
    SELECT array_agg(DISTINCT subject), count(*) FROM taken
"""
# All sums anew. What had not been added yet is part of them: one statement sees one moment.
SUM_UP = """
    WITH taken AS (DELETE FROM quotas_change)
    INSERT INTO quotas_total AS total (domain_id, bytes, messages)
    SELECT box.domain_id, sum(usage.bytes), sum(usage.messages)
      FROM mail.usage JOIN mailboxes_mailbox AS box ON box.address = usage.username
     GROUP BY box.domain_id
        ON CONFLICT (domain_id) DO UPDATE
       SET bytes = EXCLUDED.bytes, messages = EXCLUDED.messages
     WHERE (total.bytes, total.messages) IS DISTINCT FROM (EXCLUDED.bytes, EXCLUDED.messages)
"""
FORGET_SUMS = """
    DELETE FROM quotas_total AS total WHERE bytes <> 0 AND NOT EXISTS (
        SELECT FROM mailboxes_mailbox AS box
          JOIN mail.usage ON usage.username = box.address
         WHERE box.domain_id = total.domain_id)
"""
FORGET_LEVELS = """
    DELETE FROM quotas_level AS level
     WHERE NOT EXISTS (SELECT FROM mailboxes_mailbox WHERE id = level.subject)
       AND NOT EXISTS (SELECT FROM accounts_account WHERE id = level.subject)
"""
SETTLE = """
    WITH moving AS (
        SELECT gauge.*, verdict.after
          FROM quotas_gauge AS gauge
          LEFT JOIN quotas_level AS level
            ON level.subject = gauge.subject AND level.metric = gauge.metric
         CROSS JOIN LATERAL (SELECT coalesce(level.level, 0) AS before) AS last
         CROSS JOIN LATERAL (
               SELECT quotas_level(gauge.used, gauge.most, last.before, gauge.of_mailbox) AS after
               ) AS verdict
         WHERE verdict.after <> last.before AND {which}
    ), moved AS (
        INSERT INTO quotas_level AS level (subject, metric, account_id, level)
        SELECT subject, metric, account_id, after FROM moving
            ON CONFLICT (subject, metric) DO UPDATE
           SET level = EXCLUDED.level, moves = level.moves + 1, moved_at = now()
        RETURNING subject, metric, moves
    )
    INSERT INTO notifications_alert (account_id, domain_id, kind, facts, dedup_key)
    SELECT account_id, domain_id,
           CASE WHEN NOT of_mailbox THEN 'plan_limit'
                WHEN after = 0 THEN 'quota_normal' ELSE 'quota_' || after END,
           jsonb_strip_nulls(jsonb_build_object(
               'metric', metric, 'used', used, 'limit', most,
               'crossed', CASE after WHEN 0 THEN 75 ELSE after END,
               'address', address, 'domain', split_part(address, '@', 2),
               'mailbox_code', CASE WHEN of_mailbox THEN subject END)),
           concat_ws(':', 'quota', subject, metric, moves)
      FROM moving JOIN moved USING (subject, metric)
        ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
"""
SETTLE_THESE = SETTLE.format(which="gauge.subject = ANY(%s)")
SETTLE_ALL = SETTLE.format(which="true")


def settle() -> int:
    """Judge what has changed; the number of changes taken, 0 when somebody else is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        (mine,) = cursor.fetchone()
        if not mine:
            return 0
        cursor.execute(TAKE, [AT_MOST])
        subjects, taken = cursor.fetchone()
        if subjects:
            cursor.execute(SETTLE_THESE, [subjects])
            fanout.tell([alert for (alert,) in cursor.fetchall()])
    return int(taken)


def settle_all() -> None:
    """Judge everything, whatever was or was not noted as changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_LOCK)
        for statement in (SUM_UP, FORGET_SUMS, FORGET_LEVELS, SETTLE_ALL):
            cursor.execute(statement)
        fanout.tell([alert for (alert,) in cursor.fetchall()])
