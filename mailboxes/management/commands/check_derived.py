from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

DRIFT = """
SELECT 'address ' || a.address FROM domains_domain d JOIN (
    SELECT domain_id, address, domain_served, domain_local, suspension_above
      FROM mailboxes_mailbox
    UNION ALL SELECT domain_id, address, domain_served, domain_local, suspension_above
      FROM mailboxes_alias
) AS a ON a.domain_id = d.id
 WHERE (a.domain_served, a.domain_local, a.suspension_above)
       IS DISTINCT FROM (d.served, d.local, d.suspension)
UNION ALL
SELECT 'domain ' || d.name FROM domains_domain d JOIN accounts_account a ON a.id = d.account_id
 WHERE d.suspension_above <> a.suspension
UNION ALL
SELECT 'domain ' || d.name FROM domains_domain d
 WHERE mailbox_count <> (SELECT count(*) FROM mailboxes_mailbox WHERE domain_id = d.id AND counted)
    OR alias_count <> (SELECT count(*) FROM mailboxes_alias WHERE domain_id = d.id)
UNION ALL
SELECT 'account ' || a.slug FROM accounts_account a
 WHERE domain_count <> (SELECT count(*) FROM domains_domain
                         WHERE account_id = a.id AND status <> 'removing')
    OR mailbox_count <> (SELECT count(*) FROM mailboxes_mailbox WHERE account_id = a.id AND counted)
    OR alias_count <> (SELECT count(*) FROM mailboxes_alias WHERE account_id = a.id)
"""
LOOKED_UP = """
SELECT 'mail.{table} ' || {key} FROM (
    (TABLE mail.{table} EXCEPT TABLE mail.{table}_source)
    UNION (TABLE mail.{table}_source EXCEPT TABLE mail.{table})
) AS difference
"""
CHECKS = (
    DRIFT,
    LOOKED_UP.format(table="domain", key="name"),
    LOOKED_UP.format(table="mailbox", key="address"),
    LOOKED_UP.format(table="alias", key="address"),
)


class Command(BaseCommand):
    """Proves that what is stored twice for speed (derived.sql, maildb.sql) still agrees."""

    help = "Compare stored copies and counts with the rows they come from."

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(CHECKS))
            drifted = [name for (name,) in cursor.fetchall()]
        if drifted:
            raise CommandError("These have drifted:\n" + "\n".join(drifted))
        self.stdout.write("Nothing has drifted.")
