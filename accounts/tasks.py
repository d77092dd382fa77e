from celery import shared_task

from accounts.api import repeats


@shared_task(ignore_result=True)
def forget_answers() -> None:
    """Drop what no repeat of a creation will ask for any more."""
    repeats.forget()
