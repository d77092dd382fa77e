"""The only code that may call a stranger's URL: public addresses, one deadline, no redirects."""

import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import httpcore
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kuploy.addresses import Address, as_address, parse_host, require_public, resolve_public
from kuploy.errors import Unreachable, connect_sentence, tls_sentence

LONGEST = 2000
KEPT_BYTES = 2048
ADDRESSES_TRIED = 4
# Most servers close a silent connection after five seconds or more.
KEPT_SECONDS = 4
# Sent at once, or not at all: with more, the stream below would begin its time anew for each part.
PIECE_BYTES = 4096
AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\]|([^\[\]:@%]+))(?::([0-9]{1,5}))?")
UNQUOTED = "/%:@!$&'()*+,;=?-._~"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. A redirect is an answer like any other."""

    status: int
    seconds: float
    body: bytes  # the beginning of it


Post = Callable[[bytes, Mapping[str, str]], Answer]


def check_url(typed: str) -> str:
    """The URL as it will be called; ValidationError says what is wrong with what was typed."""
    url = _parse(typed.strip())
    if literal := as_address(url.host):
        try:
            require_public(literal)
        except Unreachable as error:
            raise ValidationError(str(error)) from error
    return str(url)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send one message. Unreachable says in one sentence why there was no answer."""
    with connection(url) as send:
        return send(body, headers)


def get(url: str, headers: Mapping[str, str], most_bytes: int) -> Answer:
    """Ask for what is there, of which so many bytes are kept. Fails as post() does."""
    with _receiver(url) as receiver:
        return receiver.ask(_Request("GET", headers, kept_bytes=most_bytes))


@contextmanager
def connection(url: str) -> Iterator[Post]:
    """Send several messages to one URL, one after another, over a connection kept open."""
    with _receiver(url) as receiver:
        yield lambda body, headers: receiver.ask(_Request("POST", headers, body))


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    headers: Mapping[str, str]
    body: bytes = b""
    kept_bytes: int = KEPT_BYTES  # of the answer


@contextmanager
def _receiver(url: str) -> "Iterator[_Receiver]":
    guard = _Guard()
    with httpcore.ConnectionPool(
        ssl_context=_trust(),
        max_connections=1,
        keepalive_expiry=KEPT_SECONDS,
        network_backend=guard,
    ) as pool:
        yield _Receiver(url, guard, pool)


@dataclass(frozen=True, slots=True)
class _Url:
    scheme: str
    host: str
    port: int | None
    target: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def _parse(url: str) -> _Url:
    """Read a URL once. It is called by these parts, so that no other reading of it counts."""
    if not url.isprintable() or " " in url or "\\" in url:
        raise _not_a_url()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _not_a_url() from None
    _check_scheme(parts.scheme)
    if "@" in parts.netloc:
        raise ValidationError(_("Leave out the user name and the password before the @."))
    if "#" in url:
        raise ValidationError(_("Leave out the # and what follows: it is never sent."))
    host, port = _host_and_port(parts.netloc)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    parsed = _Url(parts.scheme, host, port, quote(target, safe=UNQUOTED))
    if len(str(parsed)) > LONGEST:
        raise ValidationError(
            _("A web address has at most %(most)d characters.") % {"most": LONGEST}
        )
    return parsed


def _not_a_url() -> ValidationError:
    return ValidationError(_("This is not a web address. Type it as in https://example.com/hook."))


def _check_scheme(scheme: str) -> None:
    if scheme == "http" and not settings.INSECURE_RECEIVERS:
        raise ValidationError(_("The address must begin with https://."))
    if scheme not in ("http", "https"):
        raise _not_a_url()


def _host_and_port(authority: str) -> tuple[str, int | None]:
    found = AUTHORITY.fullmatch(authority)
    if not found:
        raise _not_a_url()
    bracketed, name, port = found.groups()
    if port and not 1 <= int(port) <= 65535:
        raise ValidationError(_("A port is a number from 1 to 65535."))
    return parse_host(bracketed or name), int(port) if port else None


@cache
def _trust() -> ssl.SSLContext:
    """The system's certificate authorities; reading them takes longer than a request."""
    return ssl.create_default_context()


class _Receiver:
    """One URL with the connection to it."""

    def __init__(self, url: str, guard: "_Guard", pool: httpcore.ConnectionPool) -> None:
        self._url, self._guard, self._pool = url, guard, pool

    # No failure is called permanent: names move, certificates are renewed, and even a private
    # address may be a slip in the DNS. Only the receiver itself can end it, with a 410.
    def ask(self, request: _Request) -> Answer:
        started = time.monotonic()
        self._guard.begin()
        try:
            status, beginning = self._send(_parse(self._url), request)
        except ValidationError as error:  # saved when the setting allowed more
            raise Unreachable(error.message) from error
        except httpcore.TimeoutException as error:
            raise Unreachable(
                _("It did not answer within %(seconds)g seconds.")
                % {"seconds": settings.WEBHOOK_TIMEOUT_SECONDS}
            ) from error
        except httpcore.NetworkError as error:
            raise Unreachable(_("It closed the connection without an answer.")) from error
        except httpcore.RemoteProtocolError as error:
            raise Unreachable(_("Its answer is not HTTP.")) from error
        return Answer(status, time.monotonic() - started, beginning)

    def _send(self, url: _Url, request: _Request) -> tuple[int, bytes]:
        try:
            return self._exchange(url, request)
        except httpcore.NetworkError:
            # A receiver may close a kept connection in the moment in which we use it. Should it
            # have read the message all the same, it sees a repeated delivery id.
            if self._guard.connected or self._guard.heard:
                raise
            return self._exchange(url, request)

    def _exchange(self, url: _Url, request: _Request) -> tuple[int, bytes]:
        where = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        # Ours, since httpcore writes an IPv6 address without its brackets.
        named = [*request.headers.items(), ("Host", url.authority)]
        sent = request.body or None
        with self._pool.stream(request.method, where, headers=named, content=sent) as response:
            return response.status, _beginning(response, request.kept_bytes)


def _beginning(response: httpcore.Response, kept_bytes: int) -> bytes:
    """The status is the verdict: a body that drips, stops short or never ends changes nothing."""
    body = b""
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.RemoteProtocolError):
        for part in response.iter_stream():
            body += part
            if len(body) >= kept_bytes:
                break
    return body[:kept_bytes]


class _Guard(httpcore.NetworkBackend):
    """Makes every connection: only to addresses that it has judged, only until the deadline."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def begin(self) -> None:
        """A request begins: nothing has happened in it so far."""
        self._deadline = time.monotonic() + settings.WEBHOOK_TIMEOUT_SECONDS
        self.connected = self.heard = False

    def left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve_public(host, self.left())[:ADDRESSES_TRIED]
        stream = self._first_to_answer(addresses, port)
        self.connected = True
        return _Stream(stream, self)

    def _first_to_answer(self, addresses: list[Address], port: int) -> httpcore.NetworkStream:
        address, *others = addresses
        try:
            # A dead address gets its share of the time, not all of it.
            return self._backend.connect_tcp(str(address), port, self.left() / len(addresses))
        except (httpcore.ConnectTimeout, httpcore.ConnectError) as error:
            if others:
                return self._first_to_answer(others, port)
            if isinstance(error, httpcore.ConnectTimeout):
                raise
            raise Unreachable(connect_sentence(error.args[0], address, port)) from error


class _Stream(httpcore.NetworkStream):
    """A connection on which every step gets what is left of the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, guard: _Guard) -> None:
        self._stream, self._guard = stream, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._stream.read(max_bytes, self._guard.left())
        if not received:
            # Told apart from an answer that is not HTTP; what was read of a body is kept.
            raise httpcore.ReadError
        self._guard.heard = True
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE_BYTES):
            self._stream.write(buffer[start : start + PIECE_BYTES], self._guard.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._guard.left())
        except httpcore.ConnectError as error:
            raise Unreachable(tls_sentence(error.args[0])) from error
        except httpcore.TimeoutException:
            self.close()
            raise
        return _Stream(stream, self._guard)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
