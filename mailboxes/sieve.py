"""A mailbox's forwarding and auto-reply as a Sieve script: settings in, text out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DAYS_BETWEEN_REPLIES = 7  # to one sender


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to who writes to the mailbox's address or to one of these; no day: no limit."""

    subject: str
    text: str
    first_day: date | None = None
    last_day: date | None = None
    addresses: Sequence[str] = ()


def script(forward_to: Sequence[str], *, keep_copy: bool, reply: Reply | None) -> str:
    """Empty when nothing is to be done."""
    commands = [_vacation(reply)] if reply else []
    commands += [_redirect(target, keep_copy) for target in forward_to]
    extensions = _extensions(bool(forward_to and keep_copy), reply)
    required = [f"require {_strings(extensions)};"] if extensions else []
    return "".join(f"{line}\n" for line in required + commands)


def _extensions(copies: bool, reply: Reply | None) -> list[str]:
    dated = reply and (reply.first_day or reply.last_day)
    return ["copy"] * copies + ["vacation"] * bool(reply) + ["date", "relational"] * bool(dated)


def _redirect(target: str, keep_copy: bool) -> str:
    return f"redirect {':copy ' if keep_copy else ''}{_string(target)};"  # RFC 3894


def _vacation(reply: Reply) -> str:
    """RFC 5230: never to lists, nor to what a machine sent, nor to what is not written to us."""
    addresses = f":addresses {_strings(reply.addresses)} " if reply.addresses else ""
    answer = (
        f"vacation :days {DAYS_BETWEEN_REPLIES} {addresses}"
        f":subject {_string(reply.subject)} {_string(reply.text)};"
    )
    limits = [(reply.first_day, "ge"), (reply.last_day, "le")]
    tests = [_today(relation, day) for day, relation in limits if day]
    return f"if allof ({', '.join(tests)}) {{ {answer} }}" if tests else answer


def _today(relation: str, day: date) -> str:
    """RFC 5260; dates in this form compare as strings do."""
    return f'currentdate :zone "+0000" :value "{relation}" "date" {_string(day.isoformat())}'


def _strings(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_string, texts))}]"


def _string(text: str) -> str:
    """RFC 5228, 2.4.2: all but two characters stand for themselves; a line ends with CRLF."""
    lines = text.replace("\\", "\\\\").replace('"', '\\"').splitlines()
    return '"' + "\r\n".join(lines) + '"'
