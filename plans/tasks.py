from uuid import UUID

from celery import shared_task

from accounts.models import Account
from mailboxes import blocking
from plans import closing
from plans.billing import snapshots

NUDGE_LASTS_SECONDS = 15


@shared_task
def take_snapshot() -> None:
    """What every account has today, for the invoices; once a day."""
    snapshots.take()


@shared_task
def bring_back() -> None:
    """Blocked mailboxes for which there is room by now, where they come back by themselves."""
    blocking.bring_back_everywhere()


@shared_task
def finish_removal(account_id: str) -> None:
    """An account that is being removed, from where the run before left it."""
    closing.go_on(UUID(account_id))


@shared_task
def finish_removals() -> None:
    """Nudge for each of them: one that fails holds up no other."""
    leaving = Account.objects.exclude(removed_at=None).order_by("removed_at")
    for pk in leaving.values_list("pk", flat=True):
        finish_removal.apply_async((str(pk),), expires=NUDGE_LASTS_SECONDS)
