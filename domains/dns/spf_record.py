"""Reads one SPF record (RFC 7208, sections 4.5, 4.6.1 and 5)."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import dns.exception
import dns.name

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_BYTES = 4096
TERM = re.compile(r"([+?~-]?)([a-z][a-z0-9_.-]*)(?:([:=/])(.*))?", re.I)
# A slash may stand inside a macro, as in %{d/}.
TARGET = re.compile(r"((?:%\{[^}]*\}|[^/])*)(?:/([0-9]{1,2}))?(?://([0-9]{1,3}))?")
NEEDS_DOMAIN = {"include", "exists", "redirect"}
NEEDS_LOOKUP = {"include", "exists", "redirect", "a", "mx", "ptr"}
MECHANISMS = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"}


class Result(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    BROKEN = "permerror"
    TROUBLE = "temperror"
    UNSURE = "unsure"  # depends on a macro, thus on each single message


QUALIFIERS = {
    "": Result.PASS,
    "+": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}


class SyntaxFaultError(ValueError):
    """The term that receivers will stumble over."""


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism, or the redirect modifier as what happens when nothing matched."""

    text: str
    name: str
    result: Result
    domain: str = ""
    network: IPNetwork | None = None
    prefix4: int = 32
    prefix6: int = 128

    @property
    def has_macro(self) -> bool:
        return "%" in self.domain

    @property
    def needs_lookup(self) -> bool:
        return self.name in NEEDS_LOOKUP


def is_spf(text: bytes) -> bool:
    return text[:7].lower() in (b"v=spf1", b"v=spf1 ")


@lru_cache(1000)  # most customers of one provider publish the same few records
def parse(text: bytes) -> tuple[Term, ...]:
    """The terms that count, in order; SyntaxFaultError names the first wrong one."""
    if len(text) > MAX_BYTES:
        raise SyntaxFaultError(f"{len(text)} bytes")
    terms: list[Term] = []
    redirects: list[Term] = []
    for word in text.decode("latin-1").split(" ")[1:]:
        term = _term(word) if word else None
        if term:
            (redirects if term.name == "redirect" else terms).append(term)
    if len(redirects) > 1:
        raise SyntaxFaultError(redirects[1].text)
    last = next((i for i, term in enumerate(terms) if term.name == "all"), None)
    return tuple(terms + redirects if last is None else terms[: last + 1])


def _term(word: str) -> Term | None:
    """None for a modifier that changes nothing here."""
    match = TERM.fullmatch(word)
    if not match:
        raise SyntaxFaultError(word)
    qualifier, name, mark, rest = match.groups(default="")
    name = name.lower()
    if mark == "=":
        if qualifier:
            raise SyntaxFaultError(word)
        return _with_target(word, name, "", rest) if name == "redirect" else None
    if name not in MECHANISMS or (name == "all" and mark):
        raise SyntaxFaultError(word)
    if name in ("ip4", "ip6"):
        network = _network(word, name, rest if mark == ":" else "")
        return Term(word, name, QUALIFIERS[qualifier], network=network)
    return _with_target(word, name, qualifier, mark + rest if mark == "/" else rest)


def _network(word: str, name: str, rest: str) -> IPNetwork:
    try:
        network = ipaddress.ip_network(rest, strict=False)
    except ValueError:
        raise SyntaxFaultError(word) from None
    if f"ip{network.version}" != name:
        raise SyntaxFaultError(word)
    return network


def _with_target(word: str, name: str, qualifier: str, target: str) -> Term:
    match = TARGET.fullmatch(target)
    if not match:
        raise SyntaxFaultError(word)
    domain, prefix4, prefix6 = match.groups()
    too_long = int(prefix4 or 0) > 32 or int(prefix6 or 0) > 128
    has_prefix = prefix4 is not None or prefix6 is not None
    if too_long or (has_prefix and name not in ("a", "mx")):
        raise SyntaxFaultError(word)
    if not domain and (name in NEEDS_DOMAIN or ":" in word):
        raise SyntaxFaultError(word)
    if domain and "%" not in domain:
        _check_domain(word, domain)
    return Term(
        text=word,
        name=name,
        result=QUALIFIERS[qualifier],
        domain=domain,
        prefix4=32 if prefix4 is None else int(prefix4),
        prefix6=128 if prefix6 is None else int(prefix6),
    )


def _check_domain(word: str, domain: str) -> None:
    """RFC 7208, section 7.1: at least two labels, and the last one is no number."""
    labels = domain.rstrip(".").split(".")
    try:
        dns.name.from_text(domain)
    except dns.exception.DNSException:
        raise SyntaxFaultError(word) from None
    if len(labels) < 2 or labels[-1].isdigit() or not domain.isascii():
        raise SyntaxFaultError(word)
