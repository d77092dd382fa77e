"""A customer's host, looked up and judged: nobody makes us call into our own network."""

import ipaddress
import re
import socket
import time
from ipaddress import IPv4Address, IPv6Address

import dns.exception
import dns.nameserver
import dns.resolver
import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kuploy.errors import Unreachable

Address = IPv4Address | IPv6Address

ASK_AGAIN_SECONDS = 1  # a datagram may get lost
# No top-level domain is a number (RFC 3696); programs read such names as IPv4 addresses.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Whatever is not global unicast so far is out: mapped addresses, ULA, link-local, site-local.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Python's is_global takes these for public, or did in a version that we run on.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own services, seen from its machines
        "192.0.0.0/24",  # protocols; Oracle's metadata
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/4",  # multicast
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2002::/16",  # 6to4: any IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


def parse_host(typed: str) -> str:
    """A host name in its IDNA form, or an IP address; ValidationError says what is wrong."""
    host = _encode(typed)
    if not as_address(host) and NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _not_a_host(typed)
    return host


def as_address(host: str) -> Address | None:
    """Only what is written in full: 127.1 and 0x7f000001 are no addresses here."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address in NAT64:
            # Where IPv4 is missing, the resolver makes these: the last 32 bits say where it leads.
            return is_public(IPv4Address(address.packed[-4:]))
        if address not in GLOBAL_UNICAST:
            return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)


def require_public(address: Address) -> None:
    """Unreachable for all but the public internet, unless the setting allows any address."""
    if not settings.INSECURE_RECEIVERS and not is_public(address):
        raise Unreachable(
            _("Its address %(address)s is not on the public internet.") % {"address": address}
        )


def resolve_public(host: str, seconds: float) -> list[Address]:
    """The addresses of a host, IPv4 first; Unreachable unless every one of them is public.

    Connect to one of these and not to the name: a second look-up may say something else.
    """
    literal = as_address(host)
    addresses = [literal] if literal else _look_up(host, seconds)
    for address in addresses:
        require_public(address)
    return addresses


def _encode(typed: str) -> str:
    try:
        return str(IPv6Address(typed))
    except ValueError:
        pass
    try:
        # Full-width digits become plain ones here: what looks like an address is read as one.
        return idna.encode(typed, uts46=True).decode().removesuffix(".")
    except idna.IDNAError as error:
        raise _not_a_host(typed) from error


def _not_a_host(typed: str) -> ValidationError:
    return ValidationError(_("“%(name)s” is not a host name.") % {"name": typed[:80]})


def _look_up(host: str, seconds: float) -> list[Address]:
    if host == "localhost" or host.endswith(".localhost"):  # never asked for in the DNS (RFC 6761)
        return [IPv4Address("127.0.0.1"), IPv6Address("::1")]
    try:
        addresses = _ask(host, seconds)
    except dns.resolver.NXDOMAIN:
        raise Unreachable(_("The name %(host)s does not exist.") % {"host": host}) from None
    except (dns.exception.DNSException, OSError):
        raise Unreachable(
            _("The name servers of %(host)s did not answer.") % {"host": host}
        ) from None
    if not addresses:
        raise Unreachable(_("The name %(host)s has no address.") % {"host": host})
    return addresses


def _ask(host: str, seconds: float) -> list[Address]:
    resolver, end = _resolver(), time.monotonic() + seconds
    # Not resolve_name(), which allows each of the two questions a single try.
    answers = [
        resolver.resolve(
            host,
            kind,
            lifetime=max(end - time.monotonic(), 0),
            search=False,
            raise_on_no_answer=False,
        )
        for kind in ("A", "AAAA")
    ]
    return [ipaddress.ip_address(record.to_text()) for answer in answers for record in answer]


def _resolver() -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not settings.RESOLVERS)
    resolver.timeout = ASK_AGAIN_SECONDS
    if settings.RESOLVERS:
        resolver.nameservers = [_nameserver(entry) for entry in settings.RESOLVERS]
    return resolver


def _nameserver(entry: str) -> dns.nameserver.Nameserver:
    host, port = host_and_port(entry)
    # The operator may name a resolver, as Docker Compose does.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    return dns.nameserver.Do53Nameserver(str(found[0][4][0]), port)


def host_and_port(entry: str) -> tuple[str, int]:
    """A name server as a setting names it: host, or host:port; [::1]:53, or ::1."""
    if as_address(entry):
        return entry, 53
    host, colon, port = entry.rpartition(":")
    return (host.strip("[]"), int(port)) if colon and port.isdecimal() else (entry, 53)
