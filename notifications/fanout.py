"""From alerts to everybody who wants them: one statement a kind, however many there are."""

from collections.abc import Sequence
from uuid import UUID

from celery import signature
from django.db import connection

from kuploy.queue import after_commit

# By its name: sending raises alerts of its own, so the task's module stands above this one.
SEND = signature("notifications.tasks.send")

# Beyond these the sweep nudges: a queue of thousands of nudges helps nobody.
NUDGE_AT_MOST = 200

# Channels stay until this commits. Else the end of one at the wrong moment would undo a settlement,
# and with it the alerts of everybody.
KEEP = """
    SELECT count(*) FROM (
        SELECT FROM notifications_channel WHERE account_id IN (
            SELECT unnest(ARRAY[account.id, account.reseller_id])
              FROM notifications_alert AS alert
              JOIN accounts_account AS account ON account.id = alert.account_id
             WHERE alert.id = ANY(%(alerts)s))
         ORDER BY id FOR KEY SHARE) AS kept
"""
# Who looks after an account: its own channels, and those of its reseller that include clients.
# A seat's own limits count at this very moment; a person who is switched off hears nothing.
WANTED = """
    SELECT alert.id AS alert_id, alert.kind, channel.id AS channel_id, channel.transport
      FROM notifications_alert AS alert
      JOIN accounts_account AS account ON account.id = alert.account_id
     CROSS JOIN LATERAL (
           VALUES (account.id, true), (account.reseller_id, false)) AS keeper (id, own)
      JOIN notifications_channel AS channel
        ON channel.account_id = keeper.id AND (keeper.own OR channel.include_clients)
      LEFT JOIN accounts_membership AS seat ON seat.id = channel.membership_id
      LEFT JOIN accounts_user AS person ON person.id = seat.user_id
     WHERE alert.id = ANY(%(alerts)s)
       AND channel.state <> 'disabled'
       AND (channel.state <> 'paused' OR alert.kind <> 'channel_stopped')
       AND alert.kind <> ALL(channel.muted)
       AND (seat.id IS NULL OR person.is_active AND (
                seat.role >= 30 OR keeper.own AND alert.kind <> 'channel_stopped'
                AND (seat.role < 20 OR alert.domain_id = ANY(seat.domain_ids))))
"""
NOTICES = f"""
    INSERT INTO notifications_notice (channel_id, alert_id, kind)
    SELECT channel_id, alert_id, kind FROM ({WANTED}) AS wanted WHERE transport = 'panel'
        ON CONFLICT DO NOTHING
"""  # noqa: S608
# An address gets nothing before it is confirmed; the sign-in address is confirmed at sign-up.
DELIVERIES = f"""
    INSERT INTO notifications_delivery (channel_id, alert_id)
    SELECT channel.id, wanted.alert_id
      FROM ({WANTED}) AS wanted
      JOIN notifications_channel AS channel ON channel.id = wanted.channel_id
      LEFT JOIN accounts_membership AS seat ON seat.id = channel.membership_id
     WHERE channel.transport = 'webhook'
        OR channel.transport = 'email' AND (
               channel.confirmed_at IS NOT NULL
            OR channel.address = '' AND EXISTS (
                   SELECT FROM account_emailaddress AS mine
                    WHERE mine.user_id = seat.user_id AND mine."primary" AND mine.verified))
        ON CONFLICT DO NOTHING
    RETURNING channel_id
"""  # noqa: S608


def tell(alert_ids: Sequence[int]) -> None:
    """Put new alerts under bells and on their way; call it in the transaction that made them."""
    if not alert_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"alerts": list(alert_ids)})
        cursor.execute(NOTICES, {"alerts": list(alert_ids)})
        cursor.execute(DELIVERIES, {"alerts": list(alert_ids)})
        channels: set[UUID] = {channel for (channel,) in cursor.fetchall()}
    for channel in list(channels)[:NUDGE_AT_MOST]:
        after_commit(SEND, str(channel))
