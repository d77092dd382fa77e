"""Levels follow the figures: each crossing moves one level and raises one alert, together."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from mailboxes import jobs
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
    SELECT domain_id, sum(bytes), sum(messages)
      FROM (SELECT box.domain_id, usage.bytes, usage.messages
              FROM mail.usage JOIN mailboxes_mailbox AS box ON box.address = usage.username
             UNION ALL SELECT domain_id, 0, 0 FROM quotas_total) AS held
     GROUP BY domain_id
        ON CONFLICT (domain_id) DO UPDATE
       SET bytes = EXCLUDED.bytes, messages = EXCLUDED.messages
     WHERE (total.bytes, total.messages) IS DISTINCT FROM (EXCLUDED.bytes, EXCLUDED.messages)
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
         WHERE verdict.after <> last.before AND gauge.subject = ANY(%s)
    ), moved AS (
        INSERT INTO quotas_level AS level (subject, metric, account_id, address, level)
        SELECT subject, metric, account_id, coalesce(address, ''), after FROM moving
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
# The same verdict over everything, only to find what moves: side by side instead of a row for each
# metric, and without writing, so that PostgreSQL may spread it over its processes.
FIND = """
    SELECT array_agg(subject) FROM (
        SELECT box.id AS subject
          FROM mailboxes_mailbox AS box
          LEFT JOIN mail.usage ON usage.username = box.address
          LEFT JOIN quotas_level AS space ON space.subject = box.id AND space.metric = 'space'
          LEFT JOIN quotas_level AS messages
            ON messages.subject = box.id AND messages.metric = 'messages'
         WHERE coalesce(space.level, 0) <> quotas_level(
                   coalesce(usage.bytes, 0), box.quota_bytes, coalesce(space.level, 0), true)
            OR coalesce(messages.level, 0) <> quotas_level(
                   coalesce(usage.messages, 0), box.quota_messages,
                   coalesce(messages.level, 0), true)
         UNION ALL
        SELECT gauge.subject
          FROM quotas_gauge AS gauge
          LEFT JOIN quotas_level AS level
            ON level.subject = gauge.subject AND level.metric = gauge.metric
         WHERE NOT gauge.of_mailbox
           AND coalesce(level.level, 0) <> quotas_level(
                   gauge.used, gauge.most, coalesce(level.level, 0), false)
    ) AS found
"""


# Small look-ups in large tables, or one pass over all of them of which little is kept.
PLANNING = """
    SET LOCAL work_mem = '64MB';
    SET LOCAL random_page_cost = 1.1; SET LOCAL parallel_tuple_cost = 0
"""


def settle() -> int:
    """Judge what has changed; the number of changes taken, 0 when somebody else is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        (mine,) = cursor.fetchone()
        if not mine:
            return 0
        cursor.execute(PLANNING)
        cursor.execute(TAKE, [AT_MOST])
        subjects, taken = cursor.fetchone()
        if subjects:
            _judge(cursor, subjects)
    return int(taken)


def settle_all() -> None:
    """Judge everything, whatever was or was not noted as changed."""
    with _alone() as cursor:
        _judge_all(cursor)


def sum_up() -> None:
    """The same, with all sums anew, and without the levels of what is gone."""
    with _alone() as cursor:
        cursor.execute(SUM_UP)
        cursor.execute(FORGET_LEVELS)
        _judge_all(cursor)


@contextmanager
def _alone() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_LOCK)
        cursor.execute(PLANNING)
        yield cursor


def _judge_all(cursor: CursorWrapper) -> None:
    cursor.execute(FIND)
    (subjects,) = cursor.fetchone()
    _judge(cursor, subjects or [])


def _judge(cursor: CursorWrapper, subjects: list[UUID]) -> None:
    cursor.execute(SETTLE, [subjects])
    alerts = [alert for (alert,) in cursor.fetchall()]
    fanout.tell(alerts)
    jobs.owe_warnings(alerts)
