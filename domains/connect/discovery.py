"""Asks the DNS provider of a domain whether it can set up our records. All it says is foreign."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from dns.rdatatype import RdataType

from domains.connect.template import SERVICE
from domains.dns.answers import presented
from domains.dns.resolver import Lookups
from domains.dns.suffixes import is_public_suffix
from domains.models import DnsProvider
from domains.verification import network
from kuploy import outbound
from kuploy.errors import Unreachable

LABEL = "_domainconnect"
MOST_BYTES = 65_536
LONGEST_NAME = 80
NO_OFFER = ("", "")
# What a provider may insist on that we understand.
KNOWN = {"providerId", "providerName", "providerDisplayName", "urlSyncUX", "urlAPI", "crit"}
HEADERS = {"Accept": "application/json", "User-Agent": "Kuploy"}


def look_up(domain_id: str) -> None:
    """Store what the provider offers now; safe twice."""
    provider = DnsProvider.objects.select_related("domain").filter(domain_id=domain_id).first()
    if provider is None:
        return
    zone, prefix = asyncio.run(_prefix(provider.domain.name))
    url, name = _offer(prefix, zone) if prefix else NO_OFFER
    DnsProvider.objects.filter(domain_id=domain_id).update(
        answered_at=timezone.now(), url=url, name=name, zone=zone
    )


async def _prefix(name: str) -> tuple[str, str]:
    """The zone that holds the name, and where its provider can be asked, if at all."""
    async with Lookups(network()) as lookups:
        answer = await lookups.find(name, RdataType.TXT, LABEL)
        zone = presented(answer.zone) if answer.zone else name
        if is_public_suffix(zone):  # the name is not registered
            return name, ""
        if zone != name:
            answer = await lookups.find(zone, RdataType.TXT, LABEL)
    texts = (text.decode("ascii", "replace") for text in answer.texts())
    # Of several the first: who names many would have us call them all.
    return zone, next(filter(_is_prefix, texts), "")


def _is_prefix(text: str) -> bool:
    """A host, and perhaps a path: anything else would make another URL of what follows."""
    return bool(text) and not set(text) & set("?#@\\ ") and "//" not in text


def _offer(prefix: str, zone: str) -> tuple[str, str]:
    """Where a person goes and what the provider is called, if it knows our template."""
    said = _ask(f"https://{prefix}/v2/{quote(zone)}/settings")
    said = said if isinstance(said, dict) else {}
    url, api = _url(said.get("urlSyncUX")), _url(said.get("urlAPI"))
    if not url or not api or _insists_on_more(said):
        return NO_OFFER
    provider = quote(settings.DOMAIN_CONNECT_PROVIDER)
    if _ask(f"{api}/v2/domainTemplates/providers/{provider}/services/{SERVICE}") is None:
        return NO_OFFER
    return url, _name(said)


def _ask(url: str) -> Any:
    """What it answers, {} where that is no JSON; None if it is no success."""
    try:
        answer = outbound.get(outbound.check_url(url), HEADERS, MOST_BYTES)
    except (ValidationError, Unreachable):
        return None
    if not 200 <= answer.status < 300:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}


def _url(value: object) -> str:
    """The beginning of a URL as it is used, or nothing where it leads elsewhere than over https."""
    if not isinstance(value, str) or not value.startswith("https://") or "?" in value:
        return ""
    try:
        return outbound.check_url(value).rstrip("/")
    except ValidationError:
        return ""


def _insists_on_more(said: dict[str, Any]) -> bool:
    critical = said.get("crit", [])
    return not isinstance(critical, list) or any(
        name in said and name not in KNOWN for name in critical if isinstance(name, str)
    )


def _name(said: dict[str, Any]) -> str:
    """As people read it; nothing where it could look like something else."""
    for key in ("providerDisplayName", "providerName"):
        name = said.get(key)
        if isinstance(name, str) and name.strip() and name.isprintable():
            return name.strip()[:LONGEST_NAME]
    return ""
