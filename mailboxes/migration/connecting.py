"""The way to a source: its address is judged, and the certificate checked against its name."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from functools import cache

from kuploy.addresses import Address, resolve_public
from kuploy.errors import Unreachable, connect_sentence, tls_sentence
from kuploy.outbound import ADDRESSES_TRIED
from mailboxes.migration import syntax
from mailboxes.migration.errors import SourceError, silent

CONNECT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mail is now, and how to talk to it."""

    host: str
    port: int
    security: str  # tls, starttls or none
    verify: bool = True


async def connect(server: Server) -> tuple[StreamReader, StreamWriter]:
    """To one of the addresses that were judged, by its number."""
    try:
        found = await asyncio.to_thread(resolve_public, server.host, CONNECT_SECONDS)
        return await _first_to_answer(server, found[:ADDRESSES_TRIED])
    except Unreachable as error:
        raise SourceError(str(error)) from error


async def _first_to_answer(
    server: Server, addresses: list[Address]
) -> tuple[StreamReader, StreamWriter]:
    address, *others = addresses
    tls = tls_context(server.verify) if server.security == "tls" else None
    name = server.host if tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS / len(addresses)):
            return await asyncio.open_connection(
                str(address), server.port, ssl=tls, server_hostname=name, limit=syntax.LONGEST_LINE
            )
    except ssl.SSLError as error:
        raise tls_error(error) from error
    except (TimeoutError, OSError) as error:
        if others:
            return await _first_to_answer(server, others)
        if isinstance(error, TimeoutError):
            raise silent(CONNECT_SECONDS) from error
        raise SourceError(connect_sentence(error, address, server.port)) from error


def tls_error(error: ssl.SSLError) -> SourceError:
    return SourceError(tls_sentence(error), lasting=isinstance(error, ssl.SSLCertVerificationError))


@cache
def tls_context(verify: bool) -> ssl.SSLContext:
    """Reading the system's certificate authorities takes longer than a connection."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # Whoever accepts any certificate has an old server, which may know no better ciphers.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
