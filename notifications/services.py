"""Raising alerts. Everything else about them follows from their channels."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from notifications import fanout
from notifications.models import Alert


@transaction.atomic
def raise_alert(
    *,
    account: Account,
    kind: Alert.Kind,
    facts: dict[str, Any],
    dedup_key: str,
    domain_id: UUID | None = None,
) -> None:
    """Tell whoever wants to know once, however often this is called."""
    alert, new = Alert.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={"account": account, "kind": kind, "facts": facts, "domain_id": domain_id},
    )
    if new:
        fanout.tell([alert.pk])
