"""Customers' servers for tests: real sockets on 127.0.0.1, each with a vice of its own."""

import asyncio
import select
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PATIENCE = 20


class Receiver(socketserver.ThreadingTCPServer):
    """Lets `behave(conversation)` speak on each connection; keeps what it was told."""

    def __init__(self, behave, certificate=None):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.behave, self.tls = behave, certificate and server_side(certificate)
        self.requests, self.connections, self.sent = [], 0, 0

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, address):
        """Callers that go away in the middle are what these tests are about."""


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.connections += 1
        self.request.settimeout(PATIENCE)
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.behave(self)

    def finish(self):
        # Also what a TLS connection made of it, which socketserver does not know.
        self.request.close()

    def hear(self):
        """One whole request; empty when the caller has gone."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            part = self.request.recv(65536)
            if not part:
                return b""
            heard += part
        head, _end, body = heard.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", 0)):
            body += self.request.recv(65536)
        self.server.requests.append((head.decode(), body))
        return head

    def say(self, data):
        self.request.sendall(data)
        self.server.sent += len(data)

    def drip(self, data):
        """One byte at a time, until the caller has had enough."""
        for byte in data:
            self.say(bytes([byte]))
            if select.select([self.request], [], [], 0.05)[0]:
                return

    def hang(self):
        """Nothing, until the caller goes."""
        with suppress(OSError):
            while self.request.recv(65536):
                pass


def answer(status, body=b"", *fields):
    lines = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *fields, "", "")
    return "\r\n".join(lines).encode() + body


def polite(*answers):
    """Gives these answers in turn, the last one for ever, and keeps the connection."""
    left = list(answers)

    def behave(conversation):
        while conversation.hear():
            conversation.say(left.pop(0) if len(left) > 1 else left[0])

    return behave


@contextmanager
def receiver(behave, certificate=None):
    server = Receiver(behave, certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()  # waits for the conversations: no caller may leave one open


@contextmanager
def serving(world):
    """The name servers of a world of tests/dns, in a thread; gives their port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = world.started()
    try:
        yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(PATIENCE)
    finally:
        end = context.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(end, loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def server_side(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def write_certificate(path, *names, days=30):
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    return path


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
