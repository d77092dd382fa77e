"""Folders there and here: special ones by what they are for, the rest by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailboxes.migration import syntax

# RFC 6154, and our own folder for each.
SPECIAL = {
    b"\\sent": "Sent",
    b"\\drafts": "Drafts",
    b"\\trash": "Trash",
    b"\\junk": "Junk",
    b"\\archive": "Archive",
}
# Views of messages that lie elsewhere: copied, each message would be here twice.
VIEWS = {b"\\all", b"\\flagged", b"\\important"}
NOT_OPENED = {b"\\noselect", b"\\nonexistent"}
# Where the server does not say what a folder is for: what mail programs call it.
NAMES = {
    "Sent": (
        "sent items", "sent messages", "sent mail", "sent-mail", "gesendet", "gesendete elemente",
        "gesendete objekte", "gesendete nachrichten", "posta inviata", "inviati", "inviata",
        "posta inviata messaggi", "elementi inviati", "enviados", "elementos enviados",
        "mensajes enviados", "correo enviado", "envoyés", "messages envoyés", "éléments envoyés",
        "itens enviados", "verzonden", "verzonden items", "wysłane", "elementy wysłane",
        "отправленные", "skickat", "sendt", "lähetetyt", "odeslané", "trimise",
        "送信済み", "已发送",
    ),
    "Drafts": (
        "draft", "entwürfe", "entwurf", "bozze", "borradores", "borrador", "brouillons",
        "brouillon", "rascunhos", "concepten", "wersje robocze", "szkice", "черновики", "utkast",
        "kladder", "luonnokset", "koncepty", "下書き", "草稿",
    ),
    "Trash": (
        "deleted items", "deleted messages", "deleted", "papierkorb", "gelöschte elemente",
        "gelöschte objekte", "gelöscht", "cestino", "posta eliminata", "elementi eliminati",
        "eliminata", "papelera", "elementos eliminados", "eliminados", "corbeille",
        "éléments supprimés", "messages supprimés", "lixeira", "lixo", "itens excluídos",
        "prullenbak", "verwijderde items", "kosz", "elementy usunięte", "корзина", "удаленные",
        "papperskorg", "papirkurv", "roskakori", "koš", "ゴミ箱", "已删除",
    ),
    "Junk": (
        "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "spamverdacht",
        "unerwünscht", "werbung", "posta indesiderata", "indesiderata", "correo no deseado",
        "no deseado", "courrier indésirable", "indésirables", "pourriel", "lixo eletrônico",
        "ongewenste e-mail", "ongewenst", "wiadomości-śmieci", "спам", "нежелательная почта",
        "skräppost", "søppelpost", "roskaposti", "nevyžádaná pošta", "迷惑メール", "垃圾邮件",
    ),
    "Archive": (
        "archiv", "archives", "archivio", "archivo", "arquivo", "archief", "archiwum", "архив",
        "arkiv", "arkisto",
    ),
}  # fmt: skip
BY_NAME = {name: ours for ours, names in NAMES.items() for name in (ours.lower(), *names)}
# Prefixes that some servers put before everything that is not the INBOX.
WRAPPERS = ("[gmail]", "[google mail]")
# A Maildir keeps its levels apart with a dot, and Dovecot keeps some names for itself.
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f./*%\\]|^~")
LONGEST_LEVEL = 100
MOST_LEVELS = 8
# PostgreSQL keeps no NUL, and nobody could read the rest.
UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder as the server lists it."""

    raw: bytes
    separator: bytes
    attributes: frozenset[bytes]

    @classmethod
    def read(cls, values: Sequence[syntax.Value]) -> "Listed | None":
        """From the values after LIST; None for what is no folder's."""
        match values:
            case [list() as attributes, bytes() | None as separator, bytes() as raw, *_]:
                named = frozenset(each.lower() for each in attributes if isinstance(each, bytes))
                return cls(raw, separator or b"", named)
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the mail of a folder goes."""

    raw: bytes
    there: str
    here: str


def places(
    listed: Iterable[Listed], prefix: bytes = b"", others: Iterable[bytes] = ()
) -> list[Place]:
    """One place here for each folder with mail of the user's own.

    PREFIX stands before the user's folders on that server, each of OTHERS before what belongs to
    other people. Two folders that would meet here are kept apart.
    """
    own = [
        folder
        for folder in listed
        if not folder.attributes & (VIEWS | NOT_OPENED)
        and not any(folder.raw.startswith(other) for other in others if other)
    ]
    levels = {folder.raw: _levels(folder, prefix) for folder in own}
    special = _special(own, levels)
    renamed = {levels[raw][0]: ours for raw, ours in special.items() if len(levels[raw]) == 1}
    taken, found = set[str](), []
    # Those with a purpose first: they get the name that they are looked for under.
    for folder in sorted(own, key=lambda each: each.raw not in special):
        first, *rest = levels[folder.raw]
        # What lies below a special folder moves with it.
        wanted = special.get(folder.raw) or "/".join(
            [renamed.get(first, first) if rest else first, *rest]
        )
        here = _free(wanted, taken)
        taken.add(here.lower())
        there = UNSEEN.sub("\ufffd", syntax.decode_name(folder.raw))
        found.append(Place(folder.raw, there, here))
    return sorted(found, key=lambda place: (place.here != "INBOX", place.here))


def _levels(folder: Listed, prefix: bytes) -> list[str]:
    """The name here, level by level: each level one that Dovecot can keep."""
    if folder.raw.upper() == b"INBOX":
        return ["INBOX"]
    raw = folder.raw.removeprefix(prefix) or folder.raw
    name, separator = syntax.decode_name(raw), folder.separator.decode(errors="replace")
    parts = [part for part in (name.split(separator) if separator else [name]) if part]
    if len(parts) > 1 and parts[0].lower() in WRAPPERS:
        parts = parts[1:]
    clean = [FORBIDDEN.sub("_", part)[:LONGEST_LEVEL].strip() or "_" for part in parts] or ["_"]
    if clean[0].upper() == "INBOX":
        clean[0] = "INBOX"
    # What lies deeper moves up: a name has to fit into the row, and into Dovecot's own limit.
    return [*clean[: MOST_LEVELS - 1], *clean[MOST_LEVELS - 1 :][-1:]]


def _special(own: list[Listed], levels: dict[bytes, list[str]]) -> dict[bytes, str]:
    """Which folder is our Sent, Trash and so on: the server's word, then the name."""
    found: dict[str, bytes] = {}
    for folder in own:
        for attribute in folder.attributes & SPECIAL.keys():
            found.setdefault(SPECIAL[attribute], folder.raw)
    said = set(found.values())
    by_name = [folder for folder in own if len(levels[folder.raw]) == 1 and folder.raw not in said]
    # Our own names win over what others call them.
    for folder in sorted(by_name, key=lambda each: levels[each.raw][0] not in NAMES):
        if ours := BY_NAME.get(levels[folder.raw][0].lower()):
            found.setdefault(ours, folder.raw)
    return {raw: ours for ours, raw in found.items()}


def _free(wanted: str, taken: set[str]) -> str:
    """The name, or with a number behind it where another folder has it already."""
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def matches(name: bytes, pattern: bytes) -> bool:
    """As LIST asks: * for anything, %% for anything up to the next level."""
    wanted = re.escape(pattern).replace(rb"\*", b".*").replace(b"%", b"[^/]*")
    return re.fullmatch(wanted, name, re.DOTALL) is not None
