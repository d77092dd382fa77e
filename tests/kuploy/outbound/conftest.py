"""Nothing here leaves 127.0.0.1: below the guard, every connection is led to a local receiver."""

import httpcore
import pytest
from django.core.exceptions import ValidationError

from kuploy import outbound
from tests.dns.server import World
from tests.kuploy.receivers import (
    receiver,
    serving,
    write_certificate,
)

PUBLIC = "203.1.2.3"
OTHER_PUBLIC = "2a01:4f8::7"
HEADERS = {"webhook-id": "m1"}
MESSAGE = b'{"event": "exceeded"}'
GARBAGE = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


@pytest.fixture(autouse=True)
def _for_customers(settings):
    settings.INSECURE_RECEIVERS = False
    settings.WEBHOOK_TIMEOUT_SECONDS = 5


@pytest.fixture
def world(settings):
    """What the DNS says; records can be added at any time."""
    world = World()
    with serving(world) as port:
        settings.RESOLVERS = [f"127.0.0.1:{port}"]
        yield world


@pytest.fixture(autouse=True)
def dialled(monkeypatch):
    """Leads every connection to the same port of 127.0.0.1; the addresses that were wanted."""
    wanted = []
    connect = httpcore.SyncBackend.connect_tcp

    def lead(self, host, port, timeout=None, **options):
        wanted.append(host)
        if host in dead:
            raise httpcore.ConnectError(OSError("Network is unreachable"))
        return connect(self, "127.0.0.1", port, timeout, **options)

    dead = lead.dead = set()
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lead)
    return wanted


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    return write_certificate(path, "hooks.example", "xn--bcher-kva.example")


@pytest.fixture(autouse=True)
def trust(monkeypatch, certificate):
    """Trusts one certificate and no other."""

    def set_to(path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        outbound._trust.cache_clear()

    set_to(certificate)
    yield set_to
    outbound._trust.cache_clear()


@pytest.fixture
def call(world, certificate):
    """Calls https://hooks.example, where a receiver behaves in some way."""

    def call(behave, host="hooks.example", path="/in"):
        world.records(f"{host} A {PUBLIC}")
        with receiver(behave, certificate) as call.receiver:
            return outbound.post(f"https://{host}:{call.receiver.port}{path}", MESSAGE, HEADERS)

    return call


def refused(url):
    with pytest.raises(ValidationError) as caught:
        outbound.check_url(url)
    return caught.value.message


# What comes back
