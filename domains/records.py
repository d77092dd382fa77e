"""The records a customer publishes, as rows to show, copy and download."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy

from domains.dns import dkim, dmarc, proof, spf_advice
from domains.dns.findings import RECOMMENDED, Kind, State
from domains.models import DkimKey, Domain, RecordCheck, mx_records

# They end with the name of a host.
HOSTS = ("CNAME", "MX", "SRV")
PURPOSES: dict[Kind, Any] = {
    Kind.SPF: "SPF", Kind.DKIM: "DKIM", Kind.DMARC: "DMARC",
    Kind.DKIM_NEXT: gettext_lazy("DKIM, next key"),
    Kind.DKIM_SPARE: gettext_lazy("DKIM, spare key"),
    Kind.MTA_STS: "MTA-STS", Kind.MTA_STS_HOST: "MTA-STS", Kind.TLS_RPT: "TLS-RPT",
}  # fmt: skip


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
        if self.check.state == State.OK:
            return "ok"
        if self.kind in RECOMMENDED:
            return "empty" if self.check.state == State.MISSING else "warning"
        return "error"

    @property
    def purpose(self) -> str:
        """What people call it, where the type does not say so."""
        return str(PURPOSES.get(self.kind, ""))

    @property
    def instead(self) -> str:
        """What to publish where it is not just the value: an SPF record merged with theirs."""
        advice = self.check.advice if self.check else ""
        return "" if self.type in ("CAA", "MX") or advice == self.value else advice

    @property
    def zone_line(self) -> str:
        value = _quoted(self.value) if self.type == "TXT" else self.value
        if self.priority is not None:
            value = f"{self.priority} {value}"
        if self.type in HOSTS and not value.endswith("."):
            value = f"{value}."
        return f"{self.name}. 3600 IN {self.type} {value}"


def to_publish(domain: Domain) -> list[Record]:
    """MX twice, SPF, DKIM and DMARC, each with its last check; and the key that is to follow."""
    checks = {check.kind: check for check in domain.record_checks.all()}
    rows: list[tuple[Kind, str, str, str, int | None]] = [
        *((Kind.MX, "MX", "@", host, priority) for priority, host in mx_records()),
        (Kind.SPF, "TXT", "@", spf_advice.fresh(settings.SPF_HOST), None),
        *((kind, *_of_key(key), None) for kind, key in keys_to_publish(domain)),
        (Kind.DMARC, "TXT", "_dmarc", dmarc.fresh(settings.REPORTS_ADDRESS), None),
    ]
    return [row(domain, checks, *each) for each in rows]


def _of_key(key: DkimKey) -> tuple[str, str, str]:
    if key.target:
        return "CNAME", key.host, key.target
    return "TXT", key.host, dkim.record(key.public_key)


def for_proof(domain: Domain) -> list[Record]:
    """The two records that prove ownership; one of them is enough."""
    checks = {check.kind: check for check in domain.record_checks.all()}
    rows: list[tuple[Kind, str, str, str, int | None]] = [
        (Kind.PROOF_A, "A", domain.proof_label, settings.PROOF_IP, None),
        (Kind.PROOF_TXT, "TXT", proof.TXT_LABEL, domain.proof_text, None),
    ]
    return [row(domain, checks, *each) for each in rows]


def row(
    domain: Domain,
    checks: Mapping[str, RecordCheck],
    kind: Kind,
    type_: str,
    host: str,
    value: str,
    priority: int | None = None,
) -> Record:
    name = domain.name if host == "@" else f"{host}.{domain.name}"
    return Record(kind, type_, host, name, value, priority, checks.get(kind))


def zone_file(records: Iterable[Record]) -> str:
    """Lines for a zone file (RFC 1035), with full names."""
    return "".join(f"{record.zone_line}\n" for record in records)


def keys_to_publish(domain: Domain) -> list[tuple[Kind, DkimKey]]:
    """The key that signs, the one that is to follow, and the one behind the second CNAME."""
    found = {Kind.DKIM: current_key(domain), Kind.DKIM_NEXT: next_key(domain)}
    by_cname = any(key.target for key in found.values() if key)
    found[Kind.DKIM_SPARE] = spare_key(domain) if by_cname else None
    return [(kind, key) for kind, key in found.items() if key]


# Chosen here, not by the database: the sweep fetched the keys of all its domains at once.
def current_key(domain: Domain) -> DkimKey:
    """The one that signs."""
    return next(key for key in domain.dkim_keys.all() if key.signs)


def next_key(domain: Domain) -> DkimKey | None:
    """The one that waits for its record to be published."""
    return next((key for key in domain.dkim_keys.all() if key.is_next), None)


def spare_key(domain: Domain) -> DkimKey | None:
    """Behind the second of two CNAMEs: the one that stands by, or that was just replaced."""
    now = timezone.now()
    spare = (
        key for key in domain.dkim_keys.all()
        if key.stands_by or (key.target and (key.needed_until or now) > now)
    )  # fmt: skip
    return next(spare, None)


def _quoted(value: str) -> str:
    """Strings of at most 255 bytes each, as TXT records hold them."""
    parts = [value[start : start + 255] for start in range(0, len(value), 255)]
    return " ".join(f'"{part}"' for part in parts)
