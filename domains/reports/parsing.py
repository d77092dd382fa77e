"""A report's XML (RFC 7489 appendix C, RFC 9990), read piece by piece and without trust."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import ParseError

import idna
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils import timezone

from domains.dns.findings import plain
from domains.reports.errors import Unreadable
from domains.reports.models import KEPT_DAYS

PIECE_BYTES = 2**16
# Within so many bytes something begins or ends, or else it is no report.
LONGEST_SILENCE = 2**18
MOST_ELEMENTS = 600_000
DEEPEST = 12
LONGEST_VALUE = 1000
MOST_SIGNATURES = 100
LONGEST_RANGE = timedelta(days=31)
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
COUNT = re.compile("[0-9]{1,9}")
MOMENT = re.compile("[0-9]{1,11}")
POLICIES = ("none", "quarantine", "reject")
METADATA = ("report_metadata/", "policy_published/")


@dataclass(frozen=True, slots=True)
class Row:
    """Messages from one address that fared alike."""

    ip: str
    messages: int
    disposition: str
    dkim: bool
    spf: bool
    header_from: str
    # Only those that passed.
    dkim_domains: tuple[str, ...]
    spf_domain: str


@dataclass(frozen=True, slots=True)
class Feedback:
    reporter: str
    report_id: str
    begins_at: datetime
    ends_at: datetime
    policy_domain: str
    policy: str
    rows: list[Row]

    @property
    def day(self) -> date:
        """The middle counts: reporters begin their day in any time zone."""
        return (self.begins_at + (self.ends_at - self.begins_at) / 2).date()


def parse(xml: bytes) -> Feedback:
    """Rows that make no sense are left out; Unreadable when the report as a whole makes none."""
    reader = _Reader()
    try:
        _feed(xml, reader)
    except DefusedXmlException as error:
        raise Unreadable("its XML declares a document type or entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable("its XML is broken") from error
    return _feedback(reader, hashlib.sha256(xml).hexdigest())


def _feed(xml: bytes, reader: "_Reader") -> None:
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    for start in range(0, len(xml), PIECE_BYTES):
        parser.feed(xml[start : start + PIECE_BYTES])
        reader.silence += PIECE_BYTES
        if reader.silence > LONGEST_SILENCE:
            raise Unreadable("its XML has a value without end")
    parser.close()


@dataclass(slots=True)
class _Reader:
    """What expat calls. Keeps the few values that are wanted, never a tree."""

    head: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    silence: int = 0
    elements: int = 0
    path: list[str] = field(default_factory=list)
    text: str = ""
    record: dict[str, str] = field(default_factory=dict)
    results: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or len(self.path) >= DEEPEST:
            raise Unreadable("its XML is too large")
        # Of either namespace, or of none.
        self.path.append(tag.rpartition("}")[2])
        self.text, self.silence = "", 0
        if self.path[0] != "feedback":
            raise Unreadable("it is XML, but no DMARC report")
        match self.path[1:]:
            case ["record"]:
                self.record, self.results = {}, []
            case ["record", "auth_results", kind] if len(self.results) < MOST_SIGNATURES:
                self.results.append((kind, {}))

    def data(self, text: str) -> None:
        if len(self.text) < LONGEST_VALUE:
            self.text += text[:LONGEST_VALUE]

    def end(self, _tag: str) -> None:
        value, self.text, self.silence = self.text.strip(), "", 0
        match self.path[1:]:
            case ["record"]:
                self._finish()
            case ["record", "auth_results", _kind, name] if self.results:
                self.results[-1][1].setdefault(name, value)
            case ["record", *inner]:
                self.record.setdefault("/".join(inner), value)
            case [("report_metadata" | "policy_published"), *_] as where:
                self.head.setdefault("/".join(where), value)
        self.path.pop()

    def close(self) -> None:
        pass

    def _finish(self) -> None:
        found = self.record
        ip, header_from = (
            _address(found.get("row/source_ip", "")),
            name_in(found.get("identifiers/header_from", "")),
        )
        count = found.get("row/count", "")
        if not ip or not COUNT.fullmatch(count) or not int(count):
            return
        passed = [
            (kind, name_in(values.get("domain", "")))
            for kind, values in self.results if values.get("result", "").lower() == "pass"
        ]  # fmt: skip
        judged = "row/policy_evaluated"
        self.rows.append(
            Row(
                ip=ip,
                messages=int(count),
                disposition=found.get(f"{judged}/disposition", "").lower(),
                dkim=found.get(f"{judged}/dkim", "").lower() == "pass",
                spf=found.get(f"{judged}/spf", "").lower() == "pass",
                header_from=header_from,
                dkim_domains=tuple(name for kind, name in passed if kind == "dkim" and name),
                spf_domain=next((name for kind, name in passed if kind == "spf"), ""),
            )
        )


def name_in(text: str) -> str:
    """A domain name in its IDNA form; empty where it is none."""
    name = text.rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return ""
    return name if NAME.fullmatch(name) else ""


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id:
            return ""
        return str(found.ipv4_mapped or found)
    return str(found)


def _feedback(reader: _Reader, digest: str) -> Feedback:
    head = reader.head
    begins_at, ends_at = _range(head)
    policy_domain = name_in(head.get("policy_published/domain", ""))
    if not policy_domain:
        raise Unreadable("it names no domain")
    reporter = head.get("report_metadata/org_name") or head.get("report_metadata/email", "")
    report_id = plain(head.get("report_metadata/report_id", ""), LONGEST_VALUE)
    policy = head.get("policy_published/p", "").lower()
    return Feedback(
        reporter=plain(reporter, 100) or "?",
        # Without an id that can be kept it is known by its content.
        report_id=report_id if 0 < len(report_id) <= 255 else digest,
        begins_at=begins_at,
        ends_at=ends_at,
        policy_domain=policy_domain,
        policy=policy if policy in POLICIES else "",
        rows=reader.rows,
    )


def _range(head: Mapping[str, str]) -> tuple[datetime, datetime]:
    begins_at, ends_at = (
        _moment(head.get(f"report_metadata/date_range/{name}", "")) for name in ("begin", "end")
    )
    now = timezone.now()
    if not begins_at <= ends_at <= begins_at + LONGEST_RANGE:
        raise Unreadable("its range of time makes no sense")
    if ends_at > now + timedelta(days=2):
        raise Unreadable("it is about the future")
    if begins_at < now - timedelta(days=KEPT_DAYS):
        raise Unreadable("it is too old")
    return begins_at, ends_at


def _moment(text: str) -> datetime:
    if not MOMENT.fullmatch(text):
        raise Unreadable("its range of time is missing")
    return datetime.fromtimestamp(int(text), UTC)
