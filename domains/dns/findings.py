"""The words between this package and its callers: what is wanted, what was found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_VALUES = 10
MAX_LENGTH = 500
NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


class Kind(StrEnum):
    MX = "mx"
    SPF = "spf"
    DKIM = "dkim"
    DKIM_NEXT = "dkim_next"  # of the key that is to sign once its record is there
    DKIM_SPARE = "dkim_spare"  # the second of two CNAMEs: of the key that signs after or before
    DMARC = "dmarc"
    PROOF_A = "proof_a"
    PROOF_TXT = "proof_txt"
    AUTOCONFIG = "autoconfig"
    AUTODISCOVER = "autodiscover"
    IMAPS = "srv_imaps"
    SUBMISSION = "srv_submission"
    UNOFFERED = "srv_unoffered"  # one for all services that we do not offer
    CAA = "caa"
    MTA_STS = "mta_sts"
    MTA_STS_HOST = "mta_sts_host"
    TLS_RPT = "tls_rpt"


# What a domain publishes to send and receive mail.
RECORDS = frozenset({Kind.MX, Kind.SPF, Kind.DKIM, Kind.DMARC})
# What is offered beyond that. Nothing depends on it.
RECOMMENDED = frozenset({
    Kind.AUTOCONFIG, Kind.AUTODISCOVER, Kind.IMAPS, Kind.SUBMISSION, Kind.UNOFFERED, Kind.CAA,
    Kind.MTA_STS, Kind.MTA_STS_HOST, Kind.TLS_RPT,
})  # fmt: skip


class State(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    MISSING = "missing"
    UNREACHABLE = "unreachable"  # could not check: says nothing about the record


@dataclass(frozen=True, slots=True)
class Services:
    """What of ours may be found by way of a domain's recommended records, hosts with ports."""

    panel: str
    imap: tuple[str, int]
    submission: tuple[str, int]
    caa_issuer: str  # who issues certificates for our names below the domain
    mta_sts_id: str  # of the policy as it is now
    tls_reports: str  # where reports on failed deliveries should go


@dataclass(frozen=True, slots=True)
class WantedKey:
    """A signing key, published at SELECTOR._domainkey."""

    selector: str
    public_key: str  # base64 of the DER SubjectPublicKeyInfo, as it stands in p=
    target: str = ""  # the name of ours that a CNAME leads to; empty: a TXT record of its own


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one domain should publish. All names in IDNA form."""

    name: str
    mx: tuple[tuple[int, str], ...]
    spf_host: str
    sending_networks: tuple[str, ...]
    keys: Mapping[Kind, WantedKey]  # for DKIM, DKIM_NEXT and DKIM_SPARE
    proof_label: str
    proof_ip: str
    proof_text: str
    services: Services
    kinds: frozenset[Kind]
    reports_address: str = ""  # where DMARC reports should go too; none: nowhere of ours


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    state: State
    sentence: str
    advice: str = ""  # the exact value to publish; one line per record
    found: tuple[str, ...] = ()
    source: str = ""
    reaches_us: bool = False  # MX only: senders try one of our hosts first
    gone: bool = False  # not even the domain is in the DNS


def plain(value: bytes | str, length: int = MAX_LENGTH) -> str:
    """Foreign text made safe to show: printable ASCII of bounded length."""
    part = value[: length + 1]
    text = part.decode("latin-1") if isinstance(part, bytes) else part
    text = NOT_PLAIN.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    return text if len(text) <= length else text[: length - 1] + "…"


def shown(values: Iterable[bytes | str]) -> tuple[str, ...]:
    return tuple(plain(value) for value, _ in zip(values, range(MAX_VALUES), strict=False))
