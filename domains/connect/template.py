"""The template that DNS providers know us by: our records in groups, with gaps for what differs."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings

from domains import key_zone
from domains.cnames import SELECTORS
from domains.dns import dmarc, proof
from domains.dns.findings import Kind
from domains.models import PROOF_PREFIX, Domain, mx_records
from domains.records import Record, current_key, next_key

SERVICE = "mail"
# Goes up with each change of what is below: providers take in a new one by hand.
VERSION = 1
TTL_SECONDS = 3600
# Which records are asked for together. Those that are right already are left alone.
MX, CNAMES = "mx", "cnames"
GROUPS = {
    Kind.MX: MX,
    Kind.SPF: "spf",
    Kind.DKIM: "dkim",
    Kind.DKIM_NEXT: "dkim",
    Kind.DKIM_SPARE: "dkim",
    Kind.DMARC: "dmarc",
    Kind.PROOF_TXT: "proof",
}


def template() -> dict[str, Any]:
    """As the repository of templates wants it."""
    provider = settings.DOMAIN_CONNECT_PROVIDER
    return {
        "providerId": provider,
        "providerName": settings.BRAND,
        "serviceId": SERVICE,
        "serviceName": f"{settings.BRAND} Mail",
        "version": VERSION,
        "description": "Mail for a domain: where it arrives, who sends it, and how it is signed.",
        "variableDescription": (
            "proof: shows who owns the domain. dkimselector, dkimkey: name and public half of the "
            "signing key. dkimlabel: the domain's part of the names that two CNAME records lead to."
        ),
        "syncPubKeyDomain": provider,
        "syncRedirectDomain": settings.PANEL_HOST,
        "records": list(_records()),
    }


def _records() -> Iterable[dict[str, Any]]:
    for priority, host in mx_records():
        yield _record(MX, "MX", "@", pointsTo=host, priority=priority)
    yield {
        "type": "SPFM", "groupId": "spf", "host": "@", "spfRules": f"include:{settings.SPF_HOST}",
    }  # fmt: skip
    yield _text("dkim", "%dkimselector%._domainkey", "v=DKIM1; k=rsa; p=%dkimkey%", "v=DKIM1")
    if key_zone.is_there():
        for number, selector in SELECTORS.items():
            target = f"%dkimlabel%.k{number}.{settings.DKIM_ZONE}"
            yield _record(CNAMES, "CNAME", f"{selector}._domainkey", pointsTo=target)
    yield _text("dmarc", "_dmarc", dmarc.fresh(settings.REPORTS_ADDRESS), "v=DMARC1")
    yield _text("proof", proof.TXT_LABEL, f"{PROOF_PREFIX}%proof%", PROOF_PREFIX)


def _text(group: str, host: str, data: str, prefix: str) -> dict[str, Any]:
    """A TXT record that takes the place of one that begins alike, and of no other."""
    return _record(
        group, "TXT", host, data=data, txtConflictMatchingMode="Prefix",
        txtConflictMatchingPrefix=prefix,
    )  # fmt: skip


def _record(group: str, type_: str, host: str, **fields: Any) -> dict[str, Any]:
    # The customer may change each of them later without losing the others.
    common = {"type": type_, "groupId": group, "essential": "OnApply", "host": host}
    return common | fields | {"ttl": TTL_SECONDS}


def groups_of(rows: Iterable[Record]) -> list[str]:
    """What is to be asked for, of what is not right yet."""
    missing = (_group_of(row) for row in rows if row.level != "ok")
    return sorted({group for group in missing if group})


def rows_of(rows: Iterable[Record], groups: Collection[str]) -> list[Record]:
    """What these groups set up, right or not yet."""
    return [row for row in rows if _group_of(row) in groups]


def _group_of(row: Record) -> str:
    """Empty for what is not in the template."""
    return CNAMES if row.type == "CNAME" else GROUPS.get(row.kind, "")


def variables_of(domain: Domain, groups: Iterable[str]) -> dict[str, str]:
    """The values for what the template leaves open in these groups."""
    key = next_key(domain) or current_key(domain)
    values = {
        "proof": {"proof": domain.proof_text.removeprefix(PROOF_PREFIX)},
        "dkim": {"dkimselector": key.selector, "dkimkey": key.public_key},
        CNAMES: {"dkimlabel": key_zone.label_of(domain)},
    }
    return {name: value for group in groups for name, value in values.get(group, {}).items()}
