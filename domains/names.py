"""What a person typed, turned into a domain name in its IDNA form (RFC 5891)."""

import ipaddress
import re
from contextlib import suppress
from functools import cache, lru_cache

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

LONGEST = 253
LOOKS_LIKE_MANY = 2000
# No top-level domain is a number (RFC 3696); programs read such names as IPv4 addresses.
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")


@cache
def suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def parse(typed: str) -> str:
    """The domain in a name, URL or address; ValidationError says what is wrong and what to do."""
    name = _strip(typed)
    if _is_ip(name):
        raise ValidationError(_("This is an IP address. Type a name such as example.com."))
    ascii_name = _encode(name)
    if "." not in ascii_name:
        raise ValidationError(_("A domain has at least one dot, as in example.com."))
    if _is_ours(ascii_name):
        raise ValidationError(_("%(name)s is one of our own host names.") % {"name": ascii_name})
    if suffixes().is_public(ascii_name):
        raise ValidationError(
            _("%(name)s is a public suffix under which others register names. Add your own domain.")
            % {"name": ascii_name}
        )
    return ascii_name


def _strip(typed: str) -> str:
    """The host part of https://www.example.com:8080/path?x or of Ann <ann@example.com>."""
    name = typed.strip()[:LOOKS_LIKE_MANY]
    _scheme, found, rest = name.partition("://")
    name = (rest if found else name).lstrip("/")
    for mark in "/?#":
        name = name.partition(mark)[0]
    name = name.rpartition("@")[2].rstrip(">").strip()
    if name.startswith("["):
        return name.partition("]")[0]
    host, colon, port = name.rpartition(":")
    return host if colon and port.isdecimal() and ":" not in host else name


def _is_ip(name: str) -> bool:
    if NUMBER.fullmatch(name.lower().removesuffix(".").rpartition(".")[2]):
        return True
    try:
        ipaddress.ip_address(name.strip("["))
    except ValueError:
        return False
    return True


def _encode(name: str) -> str:
    try:
        ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode().removesuffix(".")
    except idna.IDNAError as error:
        raise ValidationError(
            _("“%(name)s” is not a domain name. Type it as in example.com.") % {"name": name[:80]}
        ) from error
    if len(ascii_name) > LONGEST:
        raise ValidationError(_("A domain name has at most 253 characters."))
    return ascii_name


def _is_ours(name: str) -> bool:
    return any(name == own or own.endswith(f".{name}") for own in settings.OWN_HOST_NAMES)


@lru_cache(maxsize=10_000)
def to_unicode(name: str) -> str:
    """The form for people; a name that does not decode is shown as it is stored."""
    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name


def searchable(typed: str) -> str:
    """The stored form of a name or address in Unicode, or of a whole part of one."""
    local_part, at, name = typed.strip().lower().rpartition("@")
    if not name.isascii():
        with suppress(idna.IDNAError):  # what is no part of a name is found in none
            name = idna.encode(name, uts46=True).decode()
    return f"{local_part}{at}{name}"


def parents(name: str) -> list[str]:
    """The names above: b.example.com gives example.com; public suffixes are left out."""
    labels = name.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    return [parent for parent in above if not suffixes().is_public(parent)]
