"""One mailbox, one step, once: done by the worker of the mail host that holds its row."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.fernet import InvalidToken
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from mailboxes import doveadm
from mailboxes.doveadm import HostError
from mailboxes.migration import doorway, outcomes, survey
from mailboxes.migration.doorway import Doorway, Progress
from mailboxes.migration.errors import SourceError, silent, too_slow
from mailboxes.migration.folders import Place
from mailboxes.migration.models import MOST_ATTEMPTS, MigrationMailbox, Step
from mailboxes.migration.side import SideThread, beside
from mailboxes.migration.source import ANSWER_SECONDS, signed_in
from mailboxes.migration.survey import Found

BEAT_SECONDS = 1
# A copy may take hours. After this long it makes room for others, if there are any.
TURN_SECONDS = 30 * 60
LOOK_AGAIN_SECONDS = 60
T = TypeVar("T")


class Lost(Exception):
    """The row was paused, removed or taken over: whoever holds it now says how it goes on."""


class TurnIsOver(Exception):
    """Others wait for the place. The next turn brings what is missing."""


def do(row: MigrationMailbox) -> None:
    """The step that the row stands before. Killed anywhere, the next run goes on from there."""
    if row.attempts >= MOST_ATTEMPTS:
        hopeless = _("It stopped several times at one place. Tell support which mailbox it is.")
        outcomes.failed(row, hopeless, lasting=True, made=Progress())
        return
    run = Run(row)
    with suppress(Lost):
        try:
            run.go()
        except TurnIsOver:
            outcomes.interrupted(row)
        except SourceError as error:
            outcomes.failed(row, str(error), lasting=error.lasting, made=run.progress)
        except HostError as error:
            outcomes.failed(row, str(error), made=run.progress)
        except InvalidToken:
            unreadable = _("Its password cannot be read any more: type it again.")
            outcomes.failed(row, unreadable, lasting=True, made=run.progress)


@dataclass
class Run:
    """A claim on a row, and what was achieved under it."""

    row: MigrationMailbox
    progress: Progress = field(default_factory=Progress)
    began: float = field(default_factory=time.monotonic)
    looked_for_others: float = 0

    def go(self) -> None:
        with beside() as side:
            found = self._watch(side.start(self._look()))
            self._note(found)
            if self.row.step == Step.TEST:
                outcomes.done(self.row)
                return
            self._copy(side, [each.place for each in found])
        outcomes.done(self.row, note=self._missing(found))

    async def _look(self) -> list[Found]:
        job, is_try = self.row.job, self.row.step == Step.TEST
        try:
            async with (
                asyncio.timeout(TURN_SECONDS),
                signed_in(job.server, self.row.login, is_try=is_try) as session,
            ):
                return await survey.look(session, job.since)
        except TimeoutError as error:
            raise too_slow(TURN_SECONDS) from error

    def _note(self, found: list[Found]) -> None:
        """What the source says is there; of a step that goes on, also what has come already."""
        goes_on = self.row.copied_messages > 0
        before = {each["here"]: each["copied"] for each in self.row.folders} if goes_on else {}
        self.row.folders = [
            {
                "there": each.place.there,
                "here": each.place.here,
                "messages": each.messages,
                "bytes": each.bytes,
                "copied": before.get(each.place.here, 0),
            }
            for each in found
        ]
        self.row.messages = sum(each.messages for each in found)
        self.row.bytes = sum(each.bytes for each in found)
        self._write(messages=self.row.messages, bytes=self.row.bytes)

    def _copy(self, side: SideThread, places: list[Place]) -> None:
        since = self.row.job.since.isoformat() if self.row.job.since else ""
        # The door closes before the pool waits, or a copy that nobody wants would go on.
        with (
            ThreadPoolExecutor(1) as pool,
            doorway.opened(side, self.row.job.server, self.row.login, places) as door,
        ):
            self.progress = door.progress
            self._write(door_port=door.port, door_key=door.key)
            room = self._room()
            copying = pool.submit(doveadm.copy_in, self.row.move_name, since)

            def check() -> None:
                _check(door, room)
                self._make_room()

            try:
                self._watch(copying, check)
            except HostError as error:
                raise door.error or error from error
            if door.error:
                raise door.error
            self._write()

    def _watch(self, work: "Future[T]", check: Callable[[], None] = lambda: None) -> T:
        """Its result; meanwhile the row lives, and whatever ends it ends the work."""
        while not wait([work], timeout=BEAT_SECONDS).done:
            check()
            self._write()
        return work.result()

    def _make_room(self) -> None:
        """TurnIsOver after half an hour, if others could begin."""
        now = time.monotonic()
        if now - self.began < TURN_SECONDS or now - self.looked_for_others < LOOK_AGAIN_SECONDS:
            return
        self.looked_for_others = now
        if MigrationMailbox.objects.wait_behind(self.row):
            raise TurnIsOver

    def _write(self, **fields: Any) -> None:
        """Also how far it is, and that the worker is alive. Lost when the row is no longer ours."""
        fields |= {"claimed_at": Now(), **outcomes.progress(self.row, self.progress, self.began)}
        if self.progress.messages:
            fields["attempts"] = 0
        if not MigrationMailbox.objects.held_by(self.row).update(**fields):
            raise Lost

    def _room(self) -> int:
        """Dovecot enforces no limit when it copies from another server: what may still come in."""
        mailbox, used = self.row.mailbox, self.row.mailbox and self.row.mailbox.usage
        if mailbox is None:
            raise Lost
        if self.row.bytes > mailbox.quota_bytes:
            raise _full()
        return max(mailbox.quota_bytes - (used.bytes if used else 0), 0)

    def _missing(self, found: list[Found]) -> str:
        """After the first copy all of it should be here; later, people may have deleted mail."""
        if self.row.copied_at or self.row.job.since:
            return ""
        here = doveadm.folder_sizes(self.row.address)
        short = [
            _("%(folder)s (%(here)d of %(there)d)")
            % {
                "folder": each.place.here,
                "here": here.get(each.place.here, 0),
                "there": each.messages,
            }
            for each in found
            if here.get(each.place.here, 0) < each.messages
        ]
        return (
            _("Fewer messages are here than there: %(folders)s.") % {"folders": ", ".join(short)}
            if short
            else ""
        )


def _check(door: Doorway, room: int) -> None:
    if door.progress.bytes + door.coming > room:
        raise _full()
    if door.silent_seconds > ANSWER_SECONDS:
        raise door.error or silent(ANSWER_SECONDS)


def _full() -> SourceError:
    return SourceError(
        _("The mail there is larger than the mailbox here: enlarge it, then try again."),
        lasting=True,
    )
