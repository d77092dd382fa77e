"""A source without end: whoever runs it costs the mail host neither its memory nor its disk."""

import asyncio
import tracemalloc
from collections.abc import Iterator

import pytest

from mailboxes.migration import source, survey
from mailboxes.migration.connecting import Server
from mailboxes.migration.copying import _check
from mailboxes.migration.doorway import Doorway
from mailboxes.migration.errors import SourceError
from mailboxes.migration.folders import Listed, Place, places
from mailboxes.migration.headers import AT_ONCE, MOST_HELD, Ahead
from mailboxes.migration.listening import Listener
from mailboxes.migration.source import Login, Source
from mailboxes.migration.syntax import LONGEST_LINE, NotImap

MB = 2**20


class Writer:
    """Takes what is said, and is never full."""

    def write(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass


def answered(*said: bytes) -> Source:
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    for each in said:
        reader.feed_data(each)
    reader.feed_eof()
    return Source((reader, Writer()))


def listed(number: int) -> Iterator[bytes]:
    return (b'* LIST () "/" folder%d\r\n' % each for each in range(number))


def test_folders_without_end_are_given_up():
    async def ask():
        await answered(*[b'* LIST () "/" inbox\r\n' * 50_000] * 20).ask(b'LIST "" "*"')

    tracemalloc.start()
    with pytest.raises(SourceError, match="more than any mail server"):
        asyncio.run(ask())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 120 * MB  # of which the test itself holds a fifth


@pytest.mark.parametrize("line", [b"()" * MB, b"(" * 2 * MB, b"a " * MB])
def test_one_long_answer_is_not_even_taken_apart(line):
    async def ask():
        await answered(b"* LIST " + line + b"\r\n").ask(b'LIST "" "*"')

    with pytest.raises(SourceError, match="more than any mail server"):
        asyncio.run(ask())


def test_more_folders_than_anybody_has_are_refused():
    async def ask(number):
        return await survey.places(answered(*listed(number), b"k1 OK\r\n"))

    assert len(asyncio.run(ask(3000))) == 3000
    with pytest.raises(SourceError, match="more than any mail server"):
        asyncio.run(ask(survey.MOST_FOLDERS + 1))


@pytest.mark.parametrize("number", [b"9" * 18, b"2147483648"])
def test_more_messages_than_a_row_can_name_are_refused(number):
    status = b"* STATUS inbox (MESSAGES %s SIZE 1)\r\nk2 OK\r\n" % number

    async def look():
        server = answered(b'* LIST () "/" inbox\r\nk1 OK\r\n', status)
        server.capabilities = frozenset({b"STATUS=SIZE"})
        return await survey.look(server, None)

    with pytest.raises(SourceError, match="more than any mail server"):
        asyncio.run(look())


@pytest.mark.django_db
def test_whatever_a_folder_is_called_its_row_can_be_written(move):
    raws = [b"&AAA-", b"&AAAACgANAH8-", b"/".join([b"x" * 300] * 30)]
    for place in places([Listed(raw, b"/", frozenset()) for raw in raws]):
        move.folders = [{"there": place.there, "here": place.here, "copied": 0}]
        move.folder = place.here
        move.save()


def test_a_million_messages_are_summed_up_and_not_kept():
    line = b'* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 100)\r\n'
    place = Place(b"INBOX", "INBOX", "INBOX")

    async def count():
        said = [b"k1 OK\r\n", *[line * 1000] * 80, b"k2 OK\r\n"]
        return await survey._count(answered(*said), place, None)

    found = asyncio.run(count())
    assert (found.messages, found.bytes) == (80_000, 8_000_000)
    assert 80_000 * len(line) > source.LONGEST_ANSWER


@pytest.fixture
def listener():
    counted = []
    made = Listener({}, Ahead(), counted.append)
    made.counted = counted  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("form", [b"BODY[] {%d}", b"body[] {%d}", b"BODY[]<0> {%d}"])
def test_a_message_counts_from_its_announcement_on(listener, form):
    listener.hear(b"* 1 FETCH (UID 1 " + form % 10**12 + b"\r\n" + b"x" * 1000)
    assert listener.coming == 10**12
    door = Doorway(Server("a.test", 993, "tls"), Login("ann", ""), [])
    door.visits.add(type("Visit", (), {"listener": listener})())
    with pytest.raises(SourceError, match="larger than the mailbox"):
        _check(door, room=10**9)


def test_a_message_in_quotes_counts_too(listener):
    listener.hear(b'* 1 FETCH (UID 1 BODY[] "' + b"x" * 5000 + b'")\r\n')
    assert listener.counted[0] > 5000


def test_what_is_no_message_is_not_as_large(listener):
    with pytest.raises(NotImap):
        listener.hear(b"* 1 FETCH (UID 1 BODY[HEADER] {1000000000000}\r\n")


def test_headers_that_nobody_asked_for_are_not_held():
    ahead = Ahead()
    for uid in range(1, 3 * AT_ONCE):
        ahead.take([b"* %d FETCH (UID %d BODY[HEADER] {%d}\r\n" % (uid, uid, MB), b"x" * MB, b")"])
    assert sum(map(len, ahead._headers.values())) <= MOST_HELD
    ahead.clear()
    for uid in range(1, 3 * AT_ONCE):
        ahead.take([b"* %d FETCH (UID %d BODY[HEADER] {1}\r\n" % (uid, uid), b"x", b")"])
    assert len(ahead._headers) == AT_ONCE


def test_one_header_has_one_literal(listener):
    async def wait_for_it():
        listener._ahead._done = asyncio.get_running_loop().create_future()
        piece = b"* 1 FETCH (UID 1 BODY[HEADER] {1000}\r\n" + b"x" * 1000
        listener.hear(piece)
        for _time in range(20):
            listener.hear(b" BODY[HEADER] {1000}\r\n" + b"x" * 1000)

    with pytest.raises(NotImap):
        asyncio.run(wait_for_it())


def test_a_number_that_no_message_has_is_not_noted():
    ahead = Ahead()
    ahead.note(b"* 1 FETCH (UID 7)\r\n")
    ahead.note(b"* 2 FETCH (UID 99999999999999999999)\r\n")
    assert list(ahead._uids) == [7]
