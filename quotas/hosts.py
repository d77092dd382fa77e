"""What each mail host holds and what was sold of it, summed up once an hour."""

from django.db import connection, transaction

SUM_UP = """
    INSERT INTO quotas_hosttotal (host, mailboxes, bytes, sold_bytes, summed_at)
    SELECT box.host, count(*), coalesce(sum(usage.bytes), 0), sum(box.quota_bytes), now()
      FROM mailboxes_mailbox AS box LEFT JOIN mail.usage ON usage.username = box.address
     GROUP BY box.host
        ON CONFLICT (host) DO UPDATE
       SET mailboxes = EXCLUDED.mailboxes, bytes = EXCLUDED.bytes,
           sold_bytes = EXCLUDED.sold_bytes, summed_at = EXCLUDED.summed_at
"""
FORGET = "DELETE FROM quotas_hosttotal WHERE summed_at <> now()"


@transaction.atomic
def sum_up() -> None:
    """One pass over all mailboxes; a host without any is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP)
        cursor.execute(FORGET)
