"""The records a customer publishes, as rows to show, copy and download."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from domains.dns.findings import Kind, State
from domains.models import DkimKey, Domain, RecordCheck, mx_records


@dataclass(frozen=True, slots=True)
class Record:
    """One row to publish. `host` is the name inside the zone, "@" for the domain itself."""

    kind: Kind
    type: str
    host: str
    name: str
    value: str
    priority: int | None
    check: RecordCheck | None

    @property
    def level(self) -> str:
        """For the shape and colour of its status."""
        if not self.check or not self.check.checked_at:
            return "empty"
        return "ok" if self.check.state == State.OK else "error"

    @property
    def zone_line(self) -> str:
        value = _quoted(self.value) if self.type == "TXT" else self.value
        if self.type == "MX":
            value = f"{self.priority} {self.value}."
        return f"{self.name}. 3600 IN {self.type} {value}"


def to_publish(domain: Domain) -> list[Record]:
    """MX twice, SPF, DKIM and DMARC, each with its last check."""
    checks = {check.kind: check for check in domain.record_checks.all()}
    key = current_key(domain)
    rows: list[tuple[Kind, str, str, str, int | None]] = [
        *((Kind.MX, "MX", "@", host, priority) for priority, host in mx_records()),
        (Kind.SPF, "TXT", "@", spf_value(), None),
        (Kind.DKIM, "TXT", f"{key.selector}._domainkey", dkim_value(key), None),
        (Kind.DMARC, "TXT", "_dmarc", dmarc_value(), None),
    ]
    return [_record(domain, checks, *row) for row in rows]


def for_proof(domain: Domain) -> list[Record]:
    """The two records that prove ownership; one of them is enough."""
    checks = {check.kind: check for check in domain.record_checks.all()}
    rows: list[tuple[Kind, str, str, str, int | None]] = [
        (Kind.PROOF_A, "A", domain.proof_label, settings.PROOF_IP, None),
        (Kind.PROOF_TXT, "TXT", "_kuploy-challenge", domain.proof_text, None),
    ]
    return [_record(domain, checks, *row) for row in rows]


def _record(
    domain: Domain,
    checks: dict[str, RecordCheck],
    kind: Kind,
    type_: str,
    host: str,
    value: str,
    priority: int | None,
) -> Record:
    name = domain.name if host == "@" else f"{host}.{domain.name}"
    return Record(kind, type_, host, name, value, priority, checks.get(kind))


def zone_file(records: Iterable[Record]) -> str:
    """Lines for a zone file (RFC 1035), with full names."""
    return "".join(f"{record.zone_line}\n" for record in records)


def current_key(domain: Domain) -> DkimKey:
    return domain.dkim_keys.order_by("-created_at")[0]


def spf_value() -> str:
    return f"v=spf1 include:{settings.SPF_HOST} ~all"


def dkim_value(key: DkimKey) -> str:
    return f"v=DKIM1; k=rsa; p={key.public_key}"


def dmarc_value() -> str:
    return "v=DMARC1; p=none"


def _quoted(value: str) -> str:
    """Strings of at most 255 bytes each, as TXT records hold them."""
    parts = [value[start : start + 255] for start in range(0, len(value), 255)]
    return " ".join(f'"{part}"' for part in parts)
