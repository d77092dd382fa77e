from django.db import transaction

from accounts.models import Account, Role
from kuploy.queue import after_commit
from notifications import tasks
from notifications.models import Alert, Delivery


@transaction.atomic
def raise_alert(
    *, account: Account, kind: Alert.Kind, title: str, body: str, dedup_key: str
) -> None:
    """Tell the account's owners and managers once, however often this is called."""
    alert, new = Alert.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={"account": account, "kind": kind, "title": title, "body": body},
    )
    if not new:
        return
    seats = account.memberships.filter(role__gte=Role.MANAGER, user__is_active=True)
    for address in seats.values_list("user__email", flat=True):
        delivery = Delivery.objects.create(alert=alert, address=address)
        after_commit(tasks.deliver, delivery.pk)
