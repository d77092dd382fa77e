"""The floor of a page: the same 50 rows by key range, over one kept connection, and no more."""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

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
LIST = "SELECT id, address, domain_id, display_name, state, quota_bytes, quota_messages, language,"
LIST += " created_at FROM mailboxes_mailbox WHERE account_id = %s ORDER BY address LIMIT 50"
# With a new address, and everything else as some alias has it.
INSERT = """
    INSERT INTO mailboxes_alias
    SELECT (jsonb_populate_record(alias, jsonb_build_object(
           'id', gen_random_uuid(), 'address', %s::text, 'local_part', 'new'))).*
      FROM mailboxes_alias AS alias WHERE account_id = %s LIMIT 1 RETURNING id, address
"""


def application(
    environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["PATH_INFO"].startswith("/api/"):
        return _api(environ, start_response)
    query = QUERIES[environ["PATH_INFO"]]
    rows = _connection.execute(query, [*(_account or ()), environ["QUERY_STRING"]])
    body = "".join(f"<li>{'; '.join(map(str, row))}\n" for row in rows).encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def _api(environ: Any, start_response: Any) -> Iterable[bytes]:
    """The rows of a list as JSON, or one new row."""
    if environ["REQUEST_METHOD"] == "GET":
        status, rows = "200 OK", _connection.execute(LIST, _account).fetchall()
    else:
        sent = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        address = f"{sent['local_part']}@{sent['domain']}"
        status = "201 Created"
        rows = _connection.execute(INSERT, [address, *(_account or ())]).fetchall()
    body = json.dumps(rows, default=str).encode()
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
