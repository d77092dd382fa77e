from celery import shared_task

from mailboxes import letters, measuring, sending, work
from mailboxes.models import HostJob, SignIn

NUDGE_LASTS_SECONDS = 10


@shared_task
def do_host_jobs(host: str) -> None:
    """Do what this host is owed now. Safe twice: each job is claimed by one run."""
    while job := HostJob.objects.claim_next(host):
        work.do(job)


@shared_task
def sweep_host_jobs() -> None:
    """Nudge hosts with work that is due: retries, and what a lost message left behind."""
    measuring.begin_rounds()
    for host in HostJob.objects.due().values_list("host", flat=True).distinct():
        # Expires, so that nudges do not pile up while the host's worker is away.
        do_host_jobs.apply_async((host,), queue=HostJob.queue_of(host), expires=NUDGE_LASTS_SECONDS)


@shared_task
def tell_of_sending() -> None:
    """Tell the account of each mailbox that was refused more than its plan allows, once a day."""
    sending.tell_who_was_refused()


@shared_task
def forget_sending() -> None:
    sending.forget_old()


@shared_task
def forget_old_sign_ins() -> None:
    SignIn.objects.forget_old()


@shared_task
def send_letters() -> None:
    """Safe twice: each letter is held by one run. The schedule finds what a lost message left."""
    letters.send_due()
