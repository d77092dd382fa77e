"""How far a job is, for people who watch it."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from mailboxes.imports.models import ImportJob, Numbers

# Past this, the workers are busy with others or away.
TURN_COMES_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    # As far as it is known: while a file is read nobody knows how long it is.
    all: int | None
    seconds: float

    @property
    def percent(self) -> int | None:
        return self.done * 100 // self.all if self.all else None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.done / max(self.seconds, 0.1)

    @property
    def left(self) -> str:
        """The time that the rest takes at this rate, in words."""
        if self.all is None or not self.done:
            return ""
        seconds = round((self.all - self.done) / self.rate)
        if seconds < 60:
            return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
        minutes = round(seconds / 60)
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def of(job: ImportJob, numbers: Numbers) -> Progress:
    since = job.began_at or job.created_at
    seconds = ((job.ended_at or timezone.now()) - since).total_seconds()
    if job.status == ImportJob.Status.VALIDATING:
        return Progress(numbers.all, None, seconds)
    done = numbers.created + numbers.left
    return Progress(done, done + numbers.to_do, seconds)


def is_late(job: ImportJob) -> bool:
    """Nobody works on it, and has not for a while."""
    alive = job.claimed_at or job.began_at or job.created_at
    return job.working and alive < timezone.now() - TURN_COMES_WITHIN
