"""Whether receivers may send reports about other domains to our address (RFC 7489, 7.1)."""

import asyncio

from django.conf import settings
from dns.rdatatype import RdataType

from domains.dns import tags
from domains.dns.answers import Answer
from domains.dns.findings import State
from domains.dns.resolver import Lookups
from domains.reports.models import Inbox
from domains.verification import network

# Of nobody here: only a wildcard answers for it, as it does for every customer.
ANY_DOMAIN = "example.com"


def check() -> None:
    """Note what the DNS says. A look-up that fails says nothing."""
    answer = asyncio.run(_find(settings.REPORTS_ADDRESS.rpartition("@")[2]))
    if answer.state is State.UNREACHABLE:
        return
    takes = any(tags.looks_like("DMARC1", text) for text in answer.texts())
    Inbox.objects.update_or_create(pk=Inbox.ONLY, defaults={"takes_reports": takes})


async def _find(host: str) -> Answer:
    async with Lookups(network()) as lookups:
        return await lookups.find(host, RdataType.TXT, f"{ANY_DOMAIN}._report._dmarc")
