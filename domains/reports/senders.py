"""Who sent what a row of a report counts."""

import ipaddress
from functools import lru_cache

from django.conf import settings

from domains.dns.suffixes import organizational_domain
from domains.reports.models import OURS, UNKNOWN
from domains.reports.parsing import Row

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def sender_of(row: Row, own: str) -> str:
    """OURS, the organization whose signature or SPF record passed, or UNKNOWN.

    A service that signs both as the customer (OWN) and as itself goes by its own name.
    """
    address = ipaddress.ip_address(row.ip)
    if any(address in network for network in _networks(tuple(settings.SENDING_NETWORKS))):
        return OURS
    known = [organizational_domain(name) for name in (*row.dkim_domains, row.spf_domain) if name]
    fallback = own if own in known or row.dkim or row.spf else UNKNOWN
    return next((name for name in known if name != own), fallback)


@lru_cache(maxsize=1)
def _networks(written: tuple[str, ...]) -> list[Network]:
    return [ipaddress.ip_network(each, strict=False) for each in written]
