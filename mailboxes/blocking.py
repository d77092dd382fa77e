"""Mailboxes beyond a plan: the newest are blocked, and the oldest of them come back first.

Blocked ones count against the plan, so nothing new takes their place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Account
from accounts.room import Countable, room_for
from kuploy.errors import Refused
from mailboxes import jobs
from mailboxes.models import Mailbox
from notifications.models import Alert
from notifications.services import raise_alert

# However many there are: the new state and the end of open sessions in one statement. Rows are
# found by their ids alone: filtered by state as well, it would be planned by how many were blocked
# when statistics were made, and take hours. A row that changes meanwhile stays as it became.
BLOCK = """
    WITH blocked AS (
        UPDATE mailboxes_mailbox
           SET state_before = state,
               state = CASE WHEN state IN ('active', 'disabled') THEN 'blocked' ELSE state END
         WHERE id IN (
               SELECT id
                 FROM (SELECT id, state FROM mailboxes_mailbox
                        WHERE account_id = ANY(%(accounts)s) AND counted
                        ORDER BY created_at, id OFFSET %(limit)s) AS beyond
                WHERE state <> 'blocked')
        RETURNING id, account_id, host, address, state_before, state
    ), kicked AS (
        INSERT INTO mailboxes_hostjob (kind, host, mailbox_id, address, home, facts, due_at,
                                       attempts, last_error, created_at)
        SELECT 'kick', host, id, address, '', '{}', now(), 0, '', now()
          FROM blocked WHERE state_before = 'active'
    )
    SELECT account_id, count(*), array_agg(DISTINCT host)
      FROM blocked WHERE state = 'blocked' GROUP BY account_id
"""
# So many of each account as its plan holds; of all together so many as the pool has places.
BRING_BACK = """
    WITH waiting AS (
        SELECT id, account_id, created_at, count(*) OVER of_account AS blocked,
               row_number() OVER (of_account ORDER BY created_at, id) AS place
          FROM mailboxes_mailbox WHERE account_id = ANY(%(accounts)s) AND state = 'blocked'
        WINDOW of_account AS (PARTITION BY account_id)
    ), back AS (
        UPDATE mailboxes_mailbox
           SET state = CASE state WHEN 'blocked' THEN state_before ELSE state END
         WHERE id IN (
               SELECT waiting.id FROM waiting
                 JOIN accounts_account AS account ON account.id = waiting.account_id
                 JOIN accounts_plan AS plan ON plan.id = account.plan_id
                WHERE plan.mailbox_limit IS NULL
                   OR place <= plan.mailbox_limit - (account.mailbox_count - blocked)
                ORDER BY waiting.created_at, waiting.id LIMIT %(places)s)
        RETURNING account_id
    )
    SELECT account_id, count(*) FROM back GROUP BY account_id
"""
# Where something is blocked and there is room: in the own plan, and in the reseller's.
WITH_ROOM = """
    WITH blocked AS (
        SELECT account_id, count(*) AS number
          FROM mailboxes_mailbox WHERE state = 'blocked' GROUP BY account_id
    ), holder AS (
        SELECT account.id, plan.mailbox_limit FROM accounts_account AS account
          JOIN accounts_plan AS plan ON plan.id = account.plan_id
         WHERE account.id IN (
               SELECT unnest(ARRAY[id, reseller_id]) FROM accounts_account
                WHERE id IN (SELECT account_id FROM blocked))
    ), roomy AS (
        SELECT holder.id FROM holder
          JOIN accounts_account AS member ON member.id = holder.id OR member.reseller_id = holder.id
          LEFT JOIN blocked ON blocked.account_id = member.id
         GROUP BY holder.id, holder.mailbox_limit
        HAVING holder.mailbox_limit IS NULL
            OR sum(member.mailbox_count - coalesce(blocked.number, 0)) < holder.mailbox_limit
    )
    SELECT account.id FROM blocked JOIN accounts_account AS account ON account.id = account_id
     WHERE account.blocked_return AND account.id IN (SELECT id FROM roomy)
       AND (account.reseller_id IS NULL OR account.reseller_id IN (SELECT id FROM roomy))
"""


def hold(account: Account) -> Account:
    """The account as it is now, locked until commit; its reseller's row first, as everywhere."""
    for pk in filter(None, [account.reseller_id, account.pk]):
        locked = Account.objects.select_for_update(of=("self",), no_key=True)
        held = locked.select_related("plan", "reseller__plan").get(pk=pk)
    if held.reseller_id != account.reseller_id:
        # Its pool is another one since it was read, and is not locked.
        raise Refused(_("%(name)s was moved just now. Try again.") % {"name": held})
    return held


def excess(account: Account, limit: int | None) -> int:
    """How many that serve now would be blocked; of a reseller's, with those of its clients."""
    if limit is None:
        return 0
    boxes = Mailbox.objects.filter(account__in=_members(account), counted=True)
    beyond = boxes.order_by("created_at", "pk")[limit:].values("pk")
    return Mailbox.objects.filter(pk__in=beyond).exclude(state=Mailbox.State.BLOCKED).count()


def block_excess(*, account: Account, actor: Actor) -> None:
    """Block the newest beyond the plan of an account that the caller holds.

    Of a reseller's, whose plan is the pool, the newest of all that it and its clients have.
    """
    if account.plan.mailbox_limit is None:
        return
    members = {member.pk: member for member in _members(account)}
    found = _run(BLOCK, accounts=list(members), limit=account.plan.mailbox_limit)
    for account_id, number, hosts in found:
        _tell(members[account_id], number, actor)
        jobs.nudge(hosts)


def _tell(account: Account, number: int, actor: Actor) -> None:
    audit(replace(actor, account=account), "mailboxes.blocked", account, number=number)
    raise_alert(
        account=account,
        kind=Alert.Kind.MAILBOXES_BLOCKED,
        facts={"blocked": number},
        dedup_key=f"blocked:{uuid4()}",
    )


@transaction.atomic
def bring_back(*, account: Account, actor: Actor) -> int:
    """As many blocked mailboxes as there is room for, the oldest first; their number."""
    held = hold(account)
    number = _bring_back([held], actor)
    if not number:
        raise Refused(_why_none(held))
    return number


def _why_none(account: Account) -> str:
    if not Mailbox.objects.blocked(account).exists():
        return _("No mailbox is blocked any more.")
    if account.reseller and places(account) != 0:
        return _("Your reseller's own plan is full. Ask them for room.")
    return _("There is no room in the plan. Delete mailboxes, or move to a larger plan.")


def bring_back_by_itself(account: Account) -> None:
    """Whatever fits now, where it is so set; the caller holds the account."""
    _bring_back([each for each in _members(account) if each.blocked_return])


def bring_back_everywhere() -> None:
    """What fits by now, and comes back by itself: after deletions, or when a pool got room."""
    found = [pk for (pk,) in _run(WITH_ROOM)]
    pools: dict[UUID, list[UUID]] = {}
    for pk, reseller in Account.objects.filter(pk__in=found).values_list("pk", "reseller_id"):
        pools.setdefault(reseller or pk, []).append(pk)
    for pool, accounts in pools.items():
        _bring_back_of(pool, accounts)


@transaction.atomic
def _bring_back_of(pool: UUID, accounts: Iterable[UUID]) -> None:
    locked = Account.objects.select_for_update(of=("self",), no_key=True).select_related("plan")
    locked.get(pk=pool)
    members = locked.filter(pk__in=accounts)
    _bring_back(members.select_related("reseller__plan").order_by("pk"))


def _bring_back(accounts: Iterable[Account], actor: Actor | None = None) -> int:
    """Of accounts that share a pool, held by the caller."""
    members = {account.pk: account for account in accounts}
    if not members:
        return 0
    any_of_them = next(iter(members.values()))
    pool = any_of_them.reseller or any_of_them
    found = _run(BRING_BACK, accounts=list(members), places=places(pool))
    for account_id, number in found:
        own = members[account_id]
        by = replace(actor, account=own) if actor else Actor.system(own)
        audit(by, "mailboxes.brought_back", own, number=number)
    return sum(number for _id, number in found)


def places(account: Account) -> int | None:
    """How many more could serve in its plan; of a reseller's, shared with its clients."""
    room = room_for(account, Countable.MAILBOX)
    if room.limit is None:
        return None
    blocked = Mailbox.objects.blocked(*_members(account)).count()
    return max(room.limit - (room.used - blocked), 0)


def _members(account: Account) -> Sequence[Account]:
    """Whose mailboxes count against the account's plan."""
    return [account, *account.clients.all()] if account.is_reseller else [account]


def _run(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
