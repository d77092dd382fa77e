"""Signed links to a DNS provider, and the way back. The draft says how both are written."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import cast
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core import signing

from domains.connect.template import SERVICE, groups_of, variables_of
from domains.models import DnsProvider, Domain
from domains.records import Record

SALT = "domain-connect"
COMES_BACK_WITHIN = timedelta(days=1)
FRAGMENT = 230  # with what stands before it, a string of a TXT record


def is_on() -> bool:
    return bool(settings.DOMAIN_CONNECT_KEY)


def provider_of(domain: Domain, rows: Iterable[Record]) -> DnsProvider | None:
    """Who hosts its DNS, where that can set up some of these records, or is being asked."""
    if not is_on() or not groups_of(rows):
        return None
    provider: DnsProvider | None = getattr(domain, "dns_provider", None)
    return provider if provider and (provider.url or provider.waiting) else None


def link_to(provider: DnsProvider, groups: Sequence[str], back: str) -> str:
    """Where a person agrees to these groups of records, and is then led back."""
    domain = provider.domain
    wanted = {
        "domain": provider.zone,
        "groupId": ",".join(groups),
        "redirect_uri": back,
        "state": signing.dumps(domain.pk.hex, salt=SALT),
        **variables_of(domain, groups),
    }
    if provider.inside:
        wanted["host"] = provider.inside
    service = f"providers/{quote(settings.DOMAIN_CONNECT_PROVIDER)}/services/{SERVICE}"
    return f"{provider.url}/v2/domainTemplates/{service}/apply?{_signed(wanted)}"


def _signed(wanted: dict[str, str]) -> str:
    """What is asked for, in the one order and spelling that is signed."""
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in wanted.items())
    query = "&".join(f"{name}={value}" for name, value in pairs)
    signature = _key().sign(query.encode(), PKCS1v15(), SHA256())
    return f"{query}&sig={_quoted(base64.b64encode(signature).decode())}&key={key_label()}"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def has_come_back(domain: Domain, state: str) -> bool:
    """The state is what a link of this domain was given."""
    try:
        pk = signing.loads(state, salt=SALT, max_age=COMES_BACK_WITHIN)
    except signing.BadSignature:
        return False
    return bool(pk == domain.pk.hex)


def key_label() -> str:
    """Where our public key is published: another key has another name, so both can be there."""
    return f"_dc{hashlib.sha256(_public_key().encode()).hexdigest()[:12]}"


def public_key_records() -> list[str]:
    """The texts to publish there."""
    key = _public_key()
    parts = [key[start : start + FRAGMENT] for start in range(0, len(key), FRAGMENT)]
    return [f"p={number},a=RS256,d={part}" for number, part in enumerate(parts, start=1)]


def _public_key() -> str:
    der = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def _key() -> RSAPrivateKey:
    return _read(settings.DOMAIN_CONNECT_KEY)


@cache
def _read(pem: str) -> RSAPrivateKey:
    # What kind of key it is was looked at when the settings were read.
    return cast(RSAPrivateKey, load_pem_private_key(pem.encode(), password=None))
