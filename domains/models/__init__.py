"""Names that accounts claim, their proof, their keys, and what the DNS says about them."""

from domains.models.checks import RecordCheck, mx_records
from domains.models.codes import OwnershipCode
from domains.models.keys import RECORD_STAYS, DkimKey, DkimKeyQuerySet, new_selector
from domains.models.names import (
    PROOF_PREFIX,
    Domain,
    DomainQuerySet,
    MtaSts,
    SpamLevel,
    new_proof_label,
    new_proof_text,
)
from domains.models.providers import DnsProvider
from domains.models.zone import ZoneRecord

__all__ = [
    "PROOF_PREFIX", "RECORD_STAYS", "DkimKey", "DkimKeyQuerySet", "DnsProvider", "Domain",
    "DomainQuerySet", "MtaSts", "OwnershipCode", "RecordCheck", "SpamLevel", "ZoneRecord",
    "mx_records", "new_proof_label", "new_proof_text", "new_selector",
]  # fmt: skip
