"""The floor of a page: the same 50 rows by key range, over one kept connection, and no more."""

import os
from collections.abc import Callable, Iterable

import psycopg

from benchmarks.sizes import slug

_connection = psycopg.connect(os.environ["KUPLOY_DATABASE_URL"], autocommit=True)
_account = _connection.execute(
    "SELECT id FROM accounts_account WHERE slug = %s", [slug(0)]
).fetchone()
QUERIES = {
    "/domains/": "SELECT id, name, status, mailbox_count, alias_count FROM domains_domain"
    " WHERE account_id = %s AND name > %s ORDER BY name LIMIT 50",
    "/mailboxes/": "SELECT id, address, display_name, state, quota_bytes FROM mailboxes_mailbox"
    " WHERE account_id = %s AND address > %s ORDER BY address LIMIT 50",
    "/notifications/": "SELECT alert.id, alert.kind, alert.facts, notice.read_at"
    " FROM notifications_notice AS notice JOIN notifications_alert AS alert ON alert.id = alert_id"
    " WHERE account_id = %s AND alert.kind > %s ORDER BY alert.id DESC LIMIT 50",
    "/notifications/deliveries/": "SELECT delivery.id, alert.kind, alert.facts, due_at, sent_at"
    " FROM notifications_delivery AS delivery JOIN notifications_alert AS alert"
    " ON alert.id = delivery.alert_id"
    " WHERE account_id = %s AND alert.kind > %s ORDER BY delivery.id DESC LIMIT 50",
}


def application(
    environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    query = QUERIES[environ["PATH_INFO"]]
    rows = _connection.execute(query, [*(_account or ()), environ["QUERY_STRING"]])
    body = "".join(f"<li>{'; '.join(map(str, row))}\n" for row in rows).encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
