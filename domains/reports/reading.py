"""A run through the mailbox: each message is counted, then deleted, or set aside with the reason.

A worker killed in between finds the message again, and what was counted is not counted twice. It
comes last then: whatever it is that ends a run, the others are read before it. What ended two runs
is set aside.
"""

import logging
import time
from email import message_from_bytes
from email.message import Message

from domains.reports import inbox, keeping, parsing, unpacking, vouching
from domains.reports.errors import InboxAway, Unreadable
from domains.reports.models import Inbox

log = logging.getLogger(__name__)
# Of one run; the next one follows in a minute.
MOST_MESSAGES = 500
MOST_SECONDS = 60
MOST_BYTES = 100 * 2**20
LARGEST_BYTES = 5 * 2**20
# What Python's reading of a message ends with where its parts or parameters make no sense.
BROKEN = (RecursionError, ValueError, LookupError, TypeError)


def run() -> None:
    """Read what waits, unless somebody else does."""
    if not Inbox.objects.claim():
        return
    try:
        with inbox.opened() as box:
            counted, set_aside = _read(box)
            box.forget_aside()
    except InboxAway as error:
        log.warning("%s", error)
        Inbox.could_not_be_read(str(error))
    else:
        Inbox.was_read(counted, set_aside)


def _read(box: inbox.Inbox) -> tuple[int, int]:
    """How many messages were counted, and set aside."""
    deadline, left = time.monotonic() + MOST_SECONDS, MOST_BYTES
    counted = set_aside = 0
    for waiting in box.waiting(MOST_MESSAGES):
        uid = waiting.uid
        left -= min(waiting.size, LARGEST_BYTES)
        if time.monotonic() > deadline or left < 0:
            break
        try:
            if waiting.size > LARGEST_BYTES:
                raise Unreadable("it is too large")
            if waiting.broke_off_twice:
                raise Unreadable("twice a worker began to read it and came to no end")
            count(box.fetch(waiting))
        except Unreadable as error:
            kept = box.set_aside(uid)
            log.warning("Message %s is no report that counts: %s%s", uid.decode(), error,
                        "" if kept else "; it was deleted")  # fmt: skip
            set_aside += 1
        else:
            box.delete(uid)
            counted += 1
    return counted, set_aside


def count(raw: bytes) -> None:
    """Count the reports of one message, or none of them: Unreadable says why."""
    found, proved = _taken_apart(raw)
    for report in [parsing.parse(xml) for xml in found]:
        if not keeping.keep(report, proved):
            raise Unreadable("it is about no domain that is served here")


def _taken_apart(raw: bytes) -> tuple[list[bytes], str]:
    """The reports in it, and who vouches for them."""
    try:
        message: Message = message_from_bytes(raw)
        return unpacking.reports_in(message), vouching.vouched_by(message)
    except BROKEN as error:
        raise Unreadable("its parts cannot be told apart") from error
