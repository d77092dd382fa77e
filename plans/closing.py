"""What an account held goes, and at last its row.

The row with the time of its removal is the truth. Whoever is killed on the way, the next sweep
goes on from there.
"""

from contextlib import suppress
from uuid import UUID

from django.db import connection, transaction

from accounts.audit import Actor
from accounts.models import Account
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.removal import remove_domain
from notifications import retention
from notifications.models import Channel

# What was done in it stays with its reseller, under its name; a few rows at a time.
MOVE_TRAIL = """
    UPDATE accounts_auditevent SET account_id = %(to)s, client_name = %(name)s
     WHERE id IN (SELECT id FROM accounts_auditevent
                   WHERE account_id = %(account)s ORDER BY id LIMIT 5000)
"""


def be_quiet(account: Account) -> None:
    """Nothing is told of it any more, also what is on its way; its webhooks have ended."""
    Channel.objects.filter(account=account).update(state=Channel.State.DISABLED)


def go_on(pk: UUID) -> None:
    """Go on with an account that is being removed. Safe twice, and at the same time."""
    account = Account.objects.exclude(removed_at=None).filter(pk=pk).first()
    if account is None:
        return
    # Again, for what somebody was adding in the moment of the removal.
    be_quiet(account)
    for domain in account.domains.exclude(status=Domain.Status.REMOVING):
        with suppress(Refused):  # another worker was faster
            remove_domain(domain=domain, actor=Actor.system(account))
    # The mail hosts remove the mail, and with the last mailbox of a domain its row.
    if not account.domains.exists():
        _forget(account)


def _forget(account: Account) -> None:
    retention.forget_account(account)
    _move_trail(account)
    with transaction.atomic():
        held = Account.objects.select_for_update().filter(pk=account.pk).first()
        if held:  # else another worker was faster
            held.plans.all().delete()
            held.delete()


def _move_trail(account: Account) -> None:
    values = {"account": account.pk, "to": account.reseller_id, "name": account.name}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_TRAIL, values)
        while cursor.rowcount:
            cursor.execute(MOVE_TRAIL, values)
