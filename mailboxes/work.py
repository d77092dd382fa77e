"""The jobs of a mail host, done there by its own worker: which kind is whose work."""

from collections.abc import Callable

from mailboxes import measuring, purge, warning
from mailboxes.doveadm import HostError
from mailboxes.models import HostJob

STEPS: dict[HostJob.Kind, Callable[[HostJob], None]] = {
    HostJob.Kind.KICK: purge.kick,
    HostJob.Kind.MEASURE: measuring.measure,
    HostJob.Kind.PURGE: purge.purge,
    HostJob.Kind.SWEEP: purge.sweep,
    HostJob.Kind.WARN: warning.warn,
    HostJob.Kind.ROUND: measuring.go_round,
}


def do(job: HostJob) -> None:
    """Do one job. Safe twice: each step is fine with what is done already."""
    try:
        STEPS[HostJob.Kind(job.kind)](job)
    except HostError as error:
        job.failed(str(error))
