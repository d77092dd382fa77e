"""Looks up a domain's DNS records and judges them. Knows no model and no setting."""

from .check import check, check_many
from .findings import Finding, Kind, Services, State, Wanted, WantedKey
from .transport import Network

__all__ = [
    "Finding", "Kind", "Network", "Services", "State", "Wanted", "WantedKey", "check", "check_many",
]  # fmt: skip
