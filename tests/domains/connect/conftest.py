"""A DNS provider that knows Domain Connect: its name servers, and its pages over real TLS."""

import json
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from domains.models import DnsProvider
from domains.tasks import ask_dns_provider
from domains.verification import network
from tests.conftest import make_domain
from tests.dns.server import RESOLVER
from tests.kuploy.outbound.conftest import (  # noqa: F401 - fixtures
    PUBLIC,
    _for_customers,
    certificate,
    dialled,
    trust,
    world,
)
from tests.kuploy.receivers import answer, receiver

HOST = "hooks.example"  # the one whose certificate is trusted


@pytest.fixture(scope="session")
def pem():
    return new_key()


def new_key():
    key = rsa.generate_private_key(65537, 2048)
    kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, *kind).decode()


@pytest.fixture(autouse=True)
def _switched_on(settings, pem):
    settings.DOMAIN_CONNECT_KEY = pem
    settings.DOMAIN_CONNECT_PROVIDER = "panel.kuploy.test"


@pytest.fixture
def names(world, settings):  # noqa: F811
    """The DNS as the panel asks it; records can be added at any time."""
    settings.NAMESERVER_PORT = int(settings.RESOLVERS[0].rpartition(":")[2])
    settings.PRIVATE_NAMESERVERS = True
    network.cache_clear()
    world.records(f"{HOST} A {PUBLIC}")
    for name in ("acme.example", "other.example"):
        world.zone(name, {f"ns.{name}": RESOLVER})
    yield world
    network.cache_clear()


def speaks(settings_of, *, knows_us=True):
    """Answers as the draft says; SETTINGS_OF says what its settings are, by its port."""

    def behave(conversation):
        while head := conversation.hear():
            path = head.split()[1].decode()
            if path.endswith("/settings"):
                said = settings_of(conversation.server.port)
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                conversation.say(answer(200, body))
            else:
                conversation.say(answer(200 if knows_us else 404))

    return behave


def usual(port, **changes):
    return {
        "providerId": "virtucon.example",
        "providerName": "Virtucon",
        "providerDisplayName": "Virtucon Domains",
        "urlSyncUX": f"https://{HOST}:{port}/sync/",
        "urlAPI": f"https://{HOST}:{port}/api",
        **changes,
    }


@pytest.fixture
def found(names, certificate, acme):  # noqa: F811
    """What is stored of a domain whose provider behaves in some way."""

    @contextmanager
    def running(behave):
        with receiver(behave, certificate) as server:
            names.records(f"_domainconnect.acme.example TXT {HOST}:{server.port}/dc")
            yield server

    def found(behave=None, *, name="acme.example"):
        domain = make_domain(acme, name)
        DnsProvider.objects.create(domain=domain)
        with running(behave or speaks(usual)) as found.server:
            ask_dns_provider(str(domain.pk))
        return DnsProvider.objects.get(domain=domain)

    return found
