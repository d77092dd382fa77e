"""Whatever a DNS provider says of itself: only what is safe and useful becomes a button."""

import pytest

from domains.connect.discovery import MOST_BYTES
from domains.models import DnsProvider
from domains.tasks import ask_dns_provider
from tests.conftest import make_domain
from tests.domains.connect.conftest import HOST, speaks, usual
from tests.kuploy.receivers import answer, polite


def test_a_provider_that_knows_our_template_is_found(found):
    provider = found()
    assert provider.url == f"https://{HOST}:{found.server.port}/sync"
    assert (provider.name, provider.host) == ("Virtucon Domains", HOST)
    assert (provider.zone, provider.inside) == ("acme.example", "")
    assert not provider.waiting
    paths = [head.split()[1] for head, _body in found.server.requests]
    assert paths == [
        "/dc/v2/acme.example/settings",
        "/api/v2/domainTemplates/providers/panel.kuploy.test/services/mail",
    ]


def test_one_that_does_not_know_it_is_not_offered(found):
    provider = found(speaks(usual, knows_us=False))
    assert (provider.url, provider.waiting) == ("", False)


def test_a_name_inside_a_zone_is_set_up_in_the_zone(found):
    provider = found(name="mail.acme.example")
    assert (provider.zone, provider.inside) == ("acme.example", "mail")


def test_without_the_record_nobody_is_called(names, acme, dialled):
    domain = make_domain(acme, "other.example")
    DnsProvider.objects.create(domain=domain)
    ask_dns_provider(str(domain.pk))
    assert DnsProvider.objects.get().answered_at
    assert dialled == []


def test_what_was_offered_goes_when_it_is_no_more(found):
    provider = found()
    ask_dns_provider(str(provider.pk))  # its server has ended meanwhile
    provider.refresh_from_db()
    assert provider.url == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"urlSyncUX": "javascript:alert(1)//"},
        {"urlSyncUX": "http://hooks.example/"},
        {"urlSyncUX": "https://user:pw@hooks.example/"},
        {"urlSyncUX": "https://hooks.example/?next="},
        {"urlSyncUX": "https://hooks.example/#x"},
        {"urlSyncUX": "https://127.0.0.1/"},
        {"urlSyncUX": "//hooks.example/"},
        {"urlSyncUX": "https://hooks.example/\nSet-Cookie: a=b"},
        {"urlSyncUX": None},
        {"urlSyncUX": ["https://hooks.example"]},
        {"urlAPI": "https://10.0.0.1/"},
        {"urlAPI": "file:///etc/passwd"},
        {"crit": ["vnd.example.more"], "vnd.example.more": 1},
        {"crit": "everything"},
    ],
)
def test_an_offer_that_leads_elsewhere_is_none(found, changes):
    assert found(speaks(lambda port: usual(port, **changes))).url == ""


@pytest.mark.parametrize(
    "said", [b"", b"no json", b"[]", b"[" * 20_000, b"\xff\xfe", b'{"a":' + b'"x' * MOST_BYTES]
)
def test_settings_that_cannot_be_read_are_no_offer(found, said):
    assert found(speaks(lambda port: said)).url == ""


def test_a_redirect_leads_nowhere(found):
    assert found(polite(answer(302, b"", "Location: https://other.example/"))).url == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Bücher DNS", "Bücher DNS"),
        ("x" * 500, "x" * 80),
        ("evil\u202eknab", "Virtucon"),
        ("", "Virtucon"),
        (7, "Virtucon"),
        ("\x00", "Virtucon"),
    ],
)
def test_its_name_is_shown_only_as_far_as_people_can_read_it(found, name, shown):
    assert found(speaks(lambda port: usual(port, providerDisplayName=name))).name == shown


@pytest.mark.parametrize(
    "text", ["127.0.0.1/dc", "a@hooks.example", "hooks.example?x=", "https://hooks.example", "a b"]
)
def test_a_record_that_is_no_place_of_a_provider_is_not_asked(names, acme, text, dialled):
    names.texts("_domainconnect.acme.example", text)
    domain = make_domain(acme, "acme.example")
    DnsProvider.objects.create(domain=domain)
    ask_dns_provider(str(domain.pk))
    assert (DnsProvider.objects.get().url, dialled) == ("", [])


def test_people_are_led_over_https_alone_also_in_a_demonstration(found, settings):
    settings.INSECURE_RECEIVERS = True
    plain = speaks(lambda port: usual(port, urlSyncUX="http://hooks.example/"))
    assert found(plain).url == ""
