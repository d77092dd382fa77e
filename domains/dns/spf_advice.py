"""The SPF record a customer should publish: his own, with our servers added."""

import ipaddress
from collections.abc import Iterable

from .findings import Wanted
from .spf_record import Term
from .spf_tree import MAX_LOOKUPS

MAX_LENGTH = 2000
ALLS = ("all", "+all", "?all", "~all", "-all")
SOFTEST_FIRST = ("?all", "~all", "-all")


def fresh(spf_host: str) -> str:
    """For a domain without a record. ~all, not -all: we do not know who else sends for it."""
    return f"v=spf1 include:{spf_host} ~all"


def with_us(wanted: Wanted, text: bytes, decisive: Iterable[Term], lookups: int) -> str:
    """The record with our servers before the term that decided against them."""
    words = [word for word in _words(text) if not _is_our_include(wanted, word)]
    removed = len(_words(text)) - len(words)
    words = ["~all" if word.lower() in ("all", "+all") else word for word in words]
    place = min(
        (words.index(term.text) for term in decisive if term.text in words),
        default=_end_of_mechanisms(words),
    )
    place = min(place, _end_of_mechanisms(words))
    words[place:place] = _our_terms(wanted, room=MAX_LOOKUPS - lookups + removed)
    return _record(words)


def merged(wanted: Wanted, records: list[bytes]) -> str:
    """One record out of several, none of their terms lost."""
    words = [w for text in records for w in _words(text) if not _is_our_include(wanted, w)]
    kept = [f"include:{w[9:]}" if w.lower().startswith("redirect=") else w for w in words]
    others = [word for word in dict.fromkeys(kept) if word.lower() not in ALLS]
    endings = {word.lower() for word in kept}
    ending = next((word for word in SOFTEST_FIRST if word in endings), "~all")
    return _record([*others, f"include:{wanted.spf_host}", ending])


def _our_terms(wanted: Wanted, room: int) -> list[str]:
    """Our include; or our addresses, which need no look-up, where there is no room for it."""
    if room > 0:
        return [f"include:{wanted.spf_host}"]
    return [f"ip{ipaddress.ip_network(n).version}:{n}" for n in wanted.sending_networks]


def _words(text: bytes) -> list[str]:
    return text.decode("latin-1").strip(" \t\"'").split()[1:]


def _is_our_include(wanted: Wanted, word: str) -> bool:
    return word.lower().lstrip("+-~?").rstrip(".") == f"include:{wanted.spf_host.lower()}"


def _end_of_mechanisms(words: list[str]) -> int:
    ends = (i for i, w in enumerate(words) if w.lower() in ALLS or "=" in w)
    return next(ends, len(words))


def _record(words: list[str]) -> str:
    record = " ".join(["v=spf1", *words])
    return record if len(record) <= MAX_LENGTH and record.isprintable() else ""
