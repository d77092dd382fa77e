"""What a line of a list says of a client, found for all lines together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import ngettext

from accounts.models import Account, AccountQuerySet, Membership
from domains.models import Domain
from mailboxes.models import Mailbox
from quotas.limits import Room
from quotas.models import Level

# A level is up from its announcement until less than 75 % are used.
FILLED = 95
SPACE = """
    SELECT account_id, sum(bytes) FROM domains_domain
      JOIN quotas_total ON domain_id = domains_domain.id
     WHERE account_id = ANY(%(ids)s) GROUP BY account_id
"""
# What fills up is looked at now: a level alone only says that it was announced.
TROUBLE = """
    SELECT account_id, sum(fulls), sum(fillings), sum(brokens), sum(blockeds)
      FROM (SELECT account_id, count(*) FILTER (WHERE percent >= 100),
                   count(*) FILTER (WHERE percent < 100), 0, 0
              FROM quotas_filling WHERE account_id = ANY(%(ids)s) AND level >= %(filled)s GROUP BY 1
             UNION ALL
            SELECT account_id, 0, 0, count(*), 0 FROM domains_domain
             WHERE account_id = ANY(%(ids)s) AND NOT healthy AND status = 'active' GROUP BY 1
             UNION ALL
            SELECT account_id, 0, 0, 0, count(*) FROM mailboxes_mailbox
             WHERE account_id = ANY(%(ids)s) AND state = 'blocked' GROUP BY 1
           ) AS part (account_id, fulls, fillings, brokens, blockeds)
     GROUP BY account_id
"""


def wanting_a_look(clients: AccountQuerySet) -> AccountQuerySet:
    """Those with any trouble, however little."""
    filled = Level.objects.filter(level__gte=FILLED).exclude(address="")
    blocked = Mailbox.objects.filter(state=Mailbox.State.BLOCKED)
    return clients.standing().filter(
        Q(pk__in=filled.values("account_id"))
        | Q(pk__in=Domain.objects.broken().values("account"))
        | Q(pk__in=blocked.values("account"))
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """What of a client wants to be looked at."""

    full: int = 0
    filling: int = 0
    broken: int = 0
    blocked: int = 0

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each with its level: see components/status.html."""
        said = [
            (
                "error", self.full,
                ngettext("%(n)d mailbox is full", "%(n)d mailboxes are full", self.full),
            ),
            (
                "error", self.blocked,
                ngettext("%(n)d mailbox blocked", "%(n)d mailboxes blocked", self.blocked),
            ),
            (
                "warning", self.filling,
                ngettext("%(n)d mailbox fills up", "%(n)d mailboxes fill up", self.filling),
            ),
            (
                "warning", self.broken,
                ngettext("DNS to fix: %(n)d domain", "DNS to fix: %(n)d domains", self.broken),
            ),
        ]  # fmt: skip
        return [(level, words % {"n": number}) for level, number, words in said if number]


@dataclass(frozen=True, slots=True)
class Row:
    client: Account
    domains: Room
    mailboxes: Room
    space: int
    trouble: Trouble
    # Somebody has accepted the invitation, or was there before.
    inhabited: bool


def rows_of(clients: Sequence[Account]) -> list[Row]:
    """Clients that came with their plan."""
    ids = [client.pk for client in clients]
    space, trouble = _space_of(ids), troubles(ids)
    inhabited = set(Membership.objects.filter(account__in=ids).values_list("account", flat=True))
    return [
        Row(
            client,
            Room(client.domain_count, client.plan.domain_limit),
            Room(client.mailbox_count, client.plan.mailbox_limit),
            space.get(client.pk, 0),
            trouble.get(client.pk, Trouble()),
            client.pk in inhabited,
        )
        for client in clients
    ]


def troubles(ids: Sequence[UUID]) -> dict[UUID, Trouble]:
    return {pk: Trouble(*map(int, counts)) for pk, *counts in _ask(TROUBLE, ids)}


def _ask(statement: str, ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids), "filled": FILLED})
        return list(cursor.fetchall())


def held_by(client: Account) -> Room:
    """What all its mailboxes hold together, of what they may."""
    sold = Mailbox.objects.filter(account=client).exclude(state=Mailbox.State.DELETING)
    bytes_sold = sold.aggregate(all=Sum("quota_bytes"))["all"]
    return Room(_space_of([client.pk]).get(client.pk, 0), bytes_sold or 0)


def _space_of(ids: Sequence[UUID]) -> dict[UUID, int]:
    return {pk: int(held) for pk, held in _ask(SPACE, ids)}
