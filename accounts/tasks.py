from celery import shared_task

from accounts import invitations
from accounts.api import repeats


@shared_task(ignore_result=True)
def forget_answers() -> None:
    """Drop what no repeat of a creation will ask for any more."""
    repeats.forget()


@shared_task(ignore_result=True)
def send_invitations() -> None:
    """Safe twice: each is held by one run. The schedule finds what a lost message left."""
    invitations.send_due()
