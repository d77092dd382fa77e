"""How much mailboxes send: counted by Postfix through sending.sql, shown and told here."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from domains import names
from mailboxes.models import Mailbox
from notifications.models import Alert
from notifications.services import raise_alert
from quotas.limits import Room

KEPT = timedelta(days=7)
TOLD_AT_ONCE = 500
LATELY = """
    SELECT coalesce(sum(messages), 0), mail.sending_limit(%(address)s)
      FROM mail.sent
     WHERE login = %(address)s AND hour > date_trunc('hour', now()) - interval '24 hours'
"""
# Whoever marks a row tells of it; another run waits for the commit, or finds nothing.
TAKE_REFUSED = """
    UPDATE mail.sent SET told = true
     WHERE (login, hour) IN (
           SELECT login, hour FROM mail.sent WHERE refused > 0 AND NOT told
            ORDER BY login LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING login, hour
"""


def lately(mailbox: Mailbox) -> Room:
    """What it has sent in the last 24 hours, of what its plan allows in a day."""
    ((used, limit),) = _run(LATELY, address=mailbox.address)
    return Room(used, limit)


@transaction.atomic
def tell_who_was_refused() -> None:
    """One alert a day for each mailbox, in the transaction that marks its rows."""
    found: dict[str, datetime] = dict(_run(TAKE_REFUSED, most=TOLD_AT_ONCE))
    boxes = Mailbox.objects.filter(address__in=found).select_related("account")
    for mailbox in boxes:
        hour = found[mailbox.address]
        raise_alert(
            account=mailbox.account,
            kind=Alert.Kind.SENDING_LIMIT,
            facts={
                "domain": names.to_unicode(mailbox.address.rpartition("@")[2]),
                "address": mailbox.unicode_address,
                "mailbox_code": str(mailbox.pk),
                "sent": lately(mailbox).used,
            },
            domain_id=mailbox.domain_id,
            dedup_key=f"sending_limit:{mailbox.pk}:{hour.date()}",
        )


def forget_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail.sent WHERE hour < %s", [timezone.now() - KEPT])


def _run(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
