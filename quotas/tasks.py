from celery import shared_task

from quotas import history, hosts, settlement


@shared_task
def settle() -> None:
    """Announce what has been crossed since the last time."""
    while settlement.settle():
        pass


@shared_task
def settle_all() -> None:
    """The same from the figures alone, whatever was noted."""
    settlement.settle_all()


@shared_task
def sum_up() -> None:
    """The sums of domains and of mail hosts from the figures alone."""
    settlement.sum_up()
    hosts.sum_up()


@shared_task
def note_history() -> None:
    """Today's point of each mailbox that changed; those of a year ago go, a few at a time."""
    history.note()
    while history.forget():
        pass
