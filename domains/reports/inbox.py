"""The mailbox to which receivers send their reports, over IMAP."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.utils import timezone

from domains.reports.errors import InboxAway

TIMEOUT_SECONDS = 20
# Where messages go that hold no report, and for how long they stay.
ASIDE = "Unreadable reports"
ASIDE_DAYS = 30
# Whatever else lies there is looked for another time: an answer of a megabyte is none to imaplib.
MOST_FOUND = 1000
SIZE = re.compile(rb"RFC822\.SIZE ([0-9]+)")
UID = re.compile(rb"UID ([0-9]+)")
FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
# Set when a worker begins to read a message, for the first and for the second time.
BEGUN, BEGUN_AGAIN = r"\Flagged", r"\Answered"


@dataclass(frozen=True, slots=True)
class Waiting:
    uid: bytes
    size: int
    flags: frozenset[str]

    @property
    def broke_off_twice(self) -> bool:
        """Whatever it does to those that read it, it shall not do a third time."""
        return BEGUN_AGAIN in self.flags


class Inbox:
    """One session. Numbers are UIDs: they stay while messages go."""

    def __init__(self, session: imaplib.IMAP4) -> None:
        self._session = session

    def waiting(self, most: int) -> list[Waiting]:
        """The oldest messages; last those at which an earlier run ended."""
        there = self._select("INBOX")
        if there is None:
            raise InboxAway("The mailbox of the reports has no INBOX.")
        wanted = self._first(there, "UNDELETED")[:most]
        if not wanted:
            return []
        answers = self._uid("FETCH", b",".join(wanted).decode(), "(UID FLAGS RFC822.SIZE)")
        found = {}
        for line in answers:
            text = line[0] if isinstance(line, tuple) else line
            if text and (uid := UID.search(text)) and (size := SIZE.search(text)):
                flags = FLAGS.search(text)
                words = flags[1].decode("ascii", "replace").split() if flags else ()
                found[uid[1]] = Waiting(uid[1], int(size[1]), frozenset(words))
        there_still = [found[uid] for uid in wanted if uid in found]
        return sorted(there_still, key=lambda each: BEGUN in each.flags)

    def fetch(self, waiting: Waiting) -> bytes:
        """The whole message, marked as begun; empty when it has gone meanwhile."""
        uid = waiting.uid.decode()
        mark = BEGUN_AGAIN if BEGUN in waiting.flags else BEGUN
        self._uid("STORE", uid, "+FLAGS.SILENT", f"({mark})")
        answers = self._uid("FETCH", uid, "(BODY.PEEK[])")
        return next((bytes(each[1]) for each in answers if isinstance(each, tuple)), b"")

    def delete(self, uid: bytes) -> None:
        self._uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Deleted)")
        self._session.expunge()

    def set_aside(self, uid: bytes) -> bool:
        """Out of the way; False when it could only be deleted, as in a full mailbox."""
        copied, _ = self._session.uid("COPY", uid.decode(), f'"{ASIDE}"')
        if copied != "OK":
            self._session.create(f'"{ASIDE}"')
            copied, _ = self._session.uid("COPY", uid.decode(), f'"{ASIDE}"')
        self.delete(uid)
        return bool(copied == "OK")

    def forget_aside(self) -> None:
        """Delete what was set aside long ago. It leaves the INBOX, so it comes last."""
        old = timezone.now() - timedelta(days=ASIDE_DAYS)
        if found := self._first(self._select(f'"{ASIDE}"') or 0, "BEFORE", _day(old)):
            self.delete(b",".join(found))

    def _select(self, folder: str) -> int | None:
        """How many messages are in it; None: it is not there."""
        selected, there = self._session.select(folder)
        return int(there[0] or 0) if selected == "OK" else None

    def _first(self, there: int, *words: str) -> list[bytes]:
        """Those that are so, of the oldest in the folder."""
        if not there:
            return []
        found = self._uid("SEARCH", f"1:{min(there, MOST_FOUND)}", *words)[0]
        return found.split() if isinstance(found, bytes) else []

    def _uid(self, command: str, *words: str) -> list[bytes | tuple[bytes, bytes] | None]:
        status, answers = self._session.uid(command, *words)
        if status != "OK":
            raise InboxAway(f"The mailbox of the reports refused {command}.")
        return answers


def _day(moment: datetime) -> str:
    """As IMAP writes it, whatever the language of the panel."""
    return imaplib.Time2Internaldate(moment)[1:12]


@contextmanager
def opened() -> Iterator[Inbox]:
    """The mailbox that KUPLOY_REPORTS_IMAP_URL names; InboxAway whatever goes wrong with it."""
    url = urlsplit(settings.REPORTS_IMAP_URL)
    try:
        session = _connect(url)
        try:
            _sign_in(session, url)
            yield Inbox(session)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                session.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        raise InboxAway(f"The mailbox of the reports at {url.hostname}: {error}") from error


def _connect(url: SplitResult) -> imaplib.IMAP4:
    host, trust = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, url.port or 993, ssl_context=trust, timeout=TIMEOUT_SECONDS)
    session = imaplib.IMAP4(host, url.port or 143, timeout=TIMEOUT_SECONDS)
    if url.scheme == "imap+tls":
        session.starttls(trust)
    return session


def _sign_in(session: imaplib.IMAP4, url: SplitResult) -> None:
    # Not LOGIN: that knows no characters beyond ASCII.
    words = f"\0{unquote(url.username or '')}\0{unquote(url.password or '')}"
    session.authenticate("PLAIN", lambda _challenge: words.encode())
