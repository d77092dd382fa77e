"""Who waits for whom: the account first, then its domains, then what is in them."""

from collections.abc import Iterable
from uuid import UUID

from domains.models import Domain


def hold_domains(ids: Iterable[UUID]) -> None:
    """Locked until commit, before any of their mailboxes and aliases.

    A check that changes a domain holds it and goes on to those, and so does a purge. Several are
    locked in the order in which a batch of checks locks them.
    """
    found = Domain.objects.filter(pk__in=set(ids)).order_by("pk")
    list(found.select_for_update(no_key=True).values_list("pk"))
