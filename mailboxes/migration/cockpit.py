"""What the pages show of migrations: states in words, how far, how fast, how long still."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step
from mailboxes.migration.services import domains_elsewhere
from quotas.models import Usage

TONES = {
    State.WAITING: "pending", State.RUNNING: "info", State.PAUSED: "warning",
    State.DONE: "ok", State.FAILED: "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One mailbox as it is shown."""

    move: MigrationMailbox
    used_bytes: int

    @property
    def tone(self) -> str:
        return (
            "warning"
            if self.move.state == State.DONE and self.warning
            else TONES[State(self.move.state)]
        )

    @property
    def words(self) -> str:
        return str(_words(Step(self.move.step), State(self.move.state)))

    @property
    def warning(self) -> str:
        """What stands in the way, or might."""
        return self.move.last_error or ("" if self.fits else str(_("Larger than the mailbox")))

    @property
    def fits(self) -> bool:
        """As far as the source says how much there is."""
        box = self.move.mailbox
        if box is None or self.move.copied_at:
            return True
        return self.used_bytes + self.move.bytes <= box.quota_bytes

    @property
    def needs(self) -> int:
        return self.used_bytes + self.move.bytes

    @property
    def percent(self) -> int | None:
        """Of the first copy. Later ones bring what is new, and nobody knows before how much."""
        move = self.move
        if move.step == Step.TEST or move.copied_at or not move.messages:
            return None
        return min(99, move.copied_messages * 100 // move.messages)

    @property
    def folders(self) -> list[dict[str, Any]]:
        return list(self.move.folders)

    @property
    def is_at_work(self) -> bool:
        return self.move.state in (State.WAITING, State.RUNNING)


def _words(step: Step, state: State) -> Any:
    if step == Step.TEST:
        return {
            State.WAITING: _("Waiting for its test"), State.RUNNING: _("Testing"),
            State.PAUSED: _("Paused"), State.DONE: _("Ready"), State.FAILED: _("Test failed"),
        }[state]  # fmt: skip
    return _("Copying") if state == State.RUNNING else state.label


def lines(moves: Iterable[MigrationMailbox]) -> list[Line]:
    moves = list(moves)
    used = Usage.objects.in_bulk([move.address for move in moves])
    return [Line(move, used[move.address].bytes if move.address in used else 0) for move in moves]


@dataclass(frozen=True, slots=True)
class Summary:
    """A migration as a whole, and what can be done with it now."""

    job: MigrationJob
    mailboxes: int
    waiting: int
    running: int
    paused: int
    failed: int
    done: int
    untested: int
    larger: int
    copied_before: int
    messages: int
    bytes: int
    copied_messages: int
    copied_bytes: int
    bytes_per_second: int
    elsewhere: list[str]

    @property
    def at_work(self) -> bool:
        return bool(self.waiting + self.running)

    @property
    def can_copy(self) -> bool:
        return not self.at_work and self.mailboxes > self.untested

    @property
    def copies(self) -> bool:
        return self.job.step != Step.TEST

    @property
    def percent(self) -> int | None:
        """Of the first copy: see Line.percent."""
        if not self.copies or self.copied_before or not self.messages:
            return None
        return min(99 if self.at_work else 100, self.copied_messages * 100 // self.messages)

    @property
    def minutes_left(self) -> int:
        """At the rate of this moment; 0 where that would be a guess."""
        if not self.bytes_per_second or self.percent is None:
            return 0
        return max(1, (self.bytes - self.copied_bytes) // self.bytes_per_second // 60)

    @property
    def level(self) -> str:
        if self.at_work:
            return "info"
        return "warning" if self.paused or self.failed else "ok"

    @property
    def words(self) -> str:
        if self.at_work:
            return _("Copying") if self.copies else _("Testing")
        if self.paused:
            return _("Paused")
        if not self.copies:
            return _("Tested")
        return _("Done with failures") if self.failed else _("Done")


def _counted(**condition: Any) -> Count:
    return Count("pk", filter=Q(**condition))


FIGURES: dict[str, Any] = {
    "mailboxes": Count("pk"),
    **{state: _counted(state=state) for state in State.values},
    "untested": Count("pk", filter=Q(step=Step.TEST) & ~Q(state=State.DONE)),
    "larger": _counted(copied_at=None, bytes__gt=F("mailbox__quota_bytes")),
    "copied_before": _counted(copied_at__isnull=False, state__in=(State.WAITING, State.RUNNING)),
    "messages": Coalesce(Sum("messages"), 0),
    "bytes": Coalesce(Sum("bytes"), 0, output_field=BigIntegerField()),
    "copied_messages": Coalesce(Sum("copied_messages"), 0),
    "copied_bytes": Coalesce(Sum("copied_bytes"), 0, output_field=BigIntegerField()),
    "bytes_per_second": Coalesce(
        Sum("bytes_per_second", filter=Q(state=State.RUNNING)), 0, output_field=BigIntegerField()
    ),
}
NAMES = {name: f"figure_{name}" for name in FIGURES}


def summary(job: MigrationJob) -> Summary:
    return summaries([job], elsewhere=domains_elsewhere(job))[0]


def summaries(jobs: Sequence[MigrationJob], elsewhere: Sequence[str] = ()) -> list[Summary]:
    """Of all of them in one question."""
    rows = MigrationMailbox.objects.filter(job__in=jobs).order_by().values("job")
    asked = {NAMES[name]: figure for name, figure in FIGURES.items()}
    found: dict[int, Any] = {row["job"]: row for row in rows.annotate(**asked)}
    nothing = dict.fromkeys(asked, 0)
    return [_summary(job, found.get(job.pk, nothing), list(elsewhere)) for job in jobs]


def _summary(job: MigrationJob, row: dict[str, int], elsewhere: list[str]) -> Summary:
    figures = {name: row[NAMES[name]] for name in FIGURES}
    return Summary(job=job, elsewhere=elsewhere, **figures)
