"""What is on the source: folders, messages, bytes. Asked before anything is copied."""

from dataclasses import dataclass
from datetime import date, datetime

from mailboxes.migration import folders
from mailboxes.migration.errors import too_much
from mailboxes.migration.folders import Listed, Place
from mailboxes.migration.source import LONG_ANSWER_SECONDS, Source
from mailboxes.migration.syntax import Value

# They stand in one row, which is written every second.
MOST_FOLDERS = 5_000
# No mailbox has so many; the sum has to fit into the row.
MOST_MESSAGES = 10**9


@dataclass(frozen=True, slots=True)
class Found:
    """A folder with what the source says is in it. Sizes are only its word."""

    place: Place
    messages: int
    bytes: int


async def look(source: Source, since: date | None) -> list[Found]:
    """Every folder that would be copied, and how much of it is not older than SINCE."""
    found = [await _measure(source, place, since) for place in await places(source)]
    if sum(each.messages for each in found) > MOST_MESSAGES:
        raise too_much()
    return found


async def places(source: Source) -> list[Place]:
    prefix, others = await _namespaces(source)
    options = b""
    if {b"SPECIAL-USE", b"LIST-EXTENDED"} <= source.capabilities:
        # Cyrus names the purposes only where it is asked for them.
        options = b" RETURN (SPECIAL-USE)"
    lines = await source.ask(b'LIST "" "*"' + options)
    listed = [Listed.read(line[2:]) for line in lines if line[1:2] == [b"LIST"]]
    own = [folder for folder in listed if folder]
    if prefix is None:
        prefix = _guess_prefix(own)
    if len(own) > MOST_FOLDERS:
        raise too_much()
    return folders.places(own, prefix, others)


async def _namespaces(source: Source) -> tuple[bytes | None, list[bytes]]:
    """What stands before the user's own folders and before others', if the server tells."""
    if b"NAMESPACE" not in source.capabilities:
        return None, []
    for line in await source.ask(b"NAMESPACE"):
        match line:
            case [b"*", b"NAMESPACE", own, users, shared]:
                others = [*_prefixes(users), *_prefixes(shared)]
                mine = _prefixes(own)
                return (mine[0] if mine else b""), others
    return None, []


def _prefixes(namespace: Value) -> list[bytes]:
    entries = namespace if isinstance(namespace, list) else []
    first = [entry[0] for entry in entries if isinstance(entry, list) and entry]
    return [prefix for prefix in first if isinstance(prefix, bytes)]


def _guess_prefix(own: list[Listed]) -> bytes:
    """Where every folder lies below the INBOX, that is only the server's way of writing it."""
    rest = [folder for folder in own if folder.raw.upper() != b"INBOX"]
    below = [folder.raw[: 5 + len(folder.separator)] for folder in rest]
    wanted = {b"INBOX" + folder.separator for folder in rest if folder.separator}
    return below[0] if below and all(each.upper() in wanted for each in below) else b""


async def _measure(source: Source, place: Place, since: date | None) -> Found:
    if since or b"STATUS=SIZE" not in source.capabilities:
        return await _count(source, place, since)
    for line in await source.ask(b"STATUS", place.raw, after=b" (MESSAGES SIZE)"):
        match line:
            case [b"*", b"STATUS", _name, list() as items]:
                facts = _facts(items)
                return Found(place, _number(facts, b"MESSAGES"), _number(facts, b"SIZE"))
    return Found(place, 0, 0)


async def _count(source: Source, place: Place, since: date | None) -> Found:
    """Message by message, where the server sums up nothing."""
    messages = total = 0
    if [b"*", b"0", b"EXISTS"] in await source.ask(b"EXAMINE", place.raw):
        return Found(place, 0, 0)

    def add(line: list[Value]) -> None:
        nonlocal messages, total
        match line:
            case [b"*", _order, b"FETCH", list() as items]:
                facts = _facts(items)
                if since is None or _day(facts.get(b"INTERNALDATE")) >= since:
                    messages, total = messages + 1, total + _number(facts, b"RFC822.SIZE")

    wanted = b"FETCH 1:* (INTERNALDATE RFC822.SIZE)"
    await source.hear(wanted, take=add, seconds=LONG_ANSWER_SECONDS)
    return Found(place, messages, total)


def _facts(items: list[Value]) -> dict[Value, Value]:
    names = [item if isinstance(item, bytes) else None for item in items[::2]]
    return dict(zip(names, items[1::2], strict=False))


def _number(facts: dict[Value, Value], name: bytes) -> int:
    """What a server calls a number counts only if it is one."""
    said = facts.get(name)
    return int(said) if isinstance(said, bytes) and said.isdigit() and len(said) < 19 else 0


def _day(said: Value) -> date:
    """17-Jul-1996 02:44:25 -0700; one that cannot be read is not left out."""
    try:
        words = said.decode() if isinstance(said, bytes) else ""
        return datetime.strptime(words.strip().split()[0], "%d-%b-%Y").date()
    except (ValueError, IndexError):
        return date.max
