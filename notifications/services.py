"""Raising alerts. Everything else about them follows from their channels."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Account, Suspendable, Suspension
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


def tell_of_suspension(
    *, row: Suspendable, account: Account, domain_id: UUID | None = None, domain_name: str = ""
) -> None:
    """What is left of an account, a domain or a mailbox after its step was moved or lifted."""
    step = Suspension(row.suspension)
    what = str(row._meta.model_name)
    facts = {"name": str(row), "what": what, "step": step.name.lower()}
    if domain_id:
        facts |= {f"{what}_code": str(row.pk), "domain": domain_name}
    facts |= {"reason": row.suspension_reason} if step else {}
    raise_alert(
        account=account,
        kind=Alert.Kind.SUSPENDED if step else Alert.Kind.RESUMED,
        facts=facts,
        domain_id=domain_id,
        # Each move is news of its own.
        dedup_key=f"suspension:{row.pk}:{uuid4()}",
    )
