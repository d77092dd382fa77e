"""Nothing here leaves 127.0.0.1: below the guard, every connection is led to a local receiver."""

from ipaddress import IPv4Address, IPv6Address
from itertools import repeat
from threading import Event
from types import SimpleNamespace

import dns.rcode
import httpcore
import pytest
from django.core.exceptions import ValidationError

from kuploy import addresses, outbound
from kuploy.errors import Unreachable
from tests.dns.server import World
from tests.kuploy.receivers import (
    PATIENCE,
    Conversation,
    answer,
    polite,
    receiver,
    serving,
    unused_port,
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


@pytest.mark.parametrize("status", [200, 204, 410, 500])
def test_an_answer_is_handed_back_as_it_is(call, status):
    given = call(polite(answer(status, b"" if status == 204 else b"thanks")))
    assert given.status == status
    assert given.body == (b"" if status == 204 else b"thanks")


def test_the_message_arrives_whole(call):
    call(polite(answer(200)), path="/in?to=ä")
    head, body = call.receiver.requests[0]
    assert head.startswith("POST /in?to=%C3%A4 HTTP/1.1\r\n")
    assert f"Host: hooks.example:{call.receiver.port}" in head
    assert "webhook-id: m1" in head
    assert body == MESSAGE


def test_a_long_message_arrives_whole(world, certificate):
    world.records(f"hooks.example A {PUBLIC}")
    message = bytes(range(256)) * 1000
    with receiver(polite(answer(200)), certificate) as server:
        outbound.post(f"https://hooks.example:{server.port}/", message, HEADERS)
    assert server.requests[0][1] == message


def test_a_redirect_is_not_followed(call):
    given = call(polite(answer(302, b"", "Location: https://other.example/")))
    assert given.status == 302
    assert call.receiver.connections == len(call.receiver.requests) == 1


def test_a_proxy_in_the_environment_counts_for_nothing(call, monkeypatch, dialled):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://198.18.0.1:3128")
    assert call(polite(answer(200))).status == 200
    assert dialled == [PUBLIC]


def test_a_gigabyte_costs_next_to_nothing(call):
    def behave(conversation):
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(1024):
            conversation.say(b"x" * 2**20)

    assert call(behave).body == b"x" * 2048
    assert call.receiver.sent < 2**24


def test_headers_without_end_are_no_answer(call):
    def behave(conversation):
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2**14):
            conversation.say(b"x: " + b"y" * 2**16 + b"\r\n")

    with pytest.raises(Unreachable, match="not HTTP"):
        call(behave)
    assert call.receiver.sent < 2**26


def test_preliminary_answers_without_end_are_no_answer(call, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4

    def behave(conversation):
        conversation.hear()
        for continued in repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000):
            conversation.say(continued)

    with pytest.raises(Unreachable, match=r"did not answer within 0\.4 seconds"):
        call(behave)


def test_a_change_of_protocol_is_no_success(call):
    with pytest.raises(Unreachable, match="not HTTP"):
        call(polite(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"))


# The deadline


def drip_headers(conversation):
    conversation.hear()
    conversation.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)


def hang_before_headers(conversation):
    conversation.hear()
    conversation.hang()


@pytest.mark.parametrize("behave", [drip_headers, hang_before_headers])
def test_a_slow_answer_ends_with_the_deadline(call, settings, behave):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    with pytest.raises(Unreachable, match=r"It did not answer within 0\.4 seconds\."):
        call(behave)


def drip_a_handshake(conversation):
    conversation.request.recv(65536)
    conversation.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 1000)


@pytest.mark.parametrize("behave", [Conversation.hang, drip_a_handshake])
def test_a_slow_handshake_ends_with_the_deadline(world, settings, behave):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    world.records(f"hooks.example A {PUBLIC}")
    with (
        receiver(behave) as slow,
        pytest.raises(Unreachable, match="did not answer within"),
    ):
        outbound.post(f"https://hooks.example:{slow.port}/", MESSAGE, HEADERS)


def test_a_deadline_before_the_handshake_closes_the_connection(call, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(outbound, "time", SimpleNamespace(monotonic=lambda: now[0]))
    connect = httpcore.SyncBackend.connect_tcp

    def late(self, *args, **options):
        now[0] += 10
        return connect(self, *args, **options)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", late)
    with pytest.raises(Unreachable, match="did not answer within"):
        call(close_after_the_request)
    assert call.receiver.requests == []


def test_a_message_that_is_not_taken_ends_with_the_deadline(world, certificate, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    world.records(f"hooks.example A {PUBLIC}")
    over, in_time = Event(), []

    def behave(conversation):
        in_time.append(over.wait(PATIENCE))

    with receiver(behave, certificate) as deaf:
        with pytest.raises(Unreachable, match="did not answer within"):
            outbound.post(f"https://hooks.example:{deaf.port}/", b"x" * 2**25, HEADERS)
        over.set()
    assert in_time == [True]


def test_name_servers_that_hang_end_with_the_deadline(world, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    world.servers["127.0.0.1"].silent = True
    with pytest.raises(Unreachable, match=r"The name servers of hooks\.example did not answer\."):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)


@pytest.mark.parametrize("ending", ["drip", "hang", "finish"])
def test_a_body_that_does_not_come_takes_nothing_from_the_status(call, settings, ending):
    settings.WEBHOOK_TIMEOUT_SECONDS = 1  # the status must come within it

    def behave(conversation):
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\nthank")
        conversation.drip(b"s" * 1000) if ending == "drip" else getattr(conversation, ending)()

    given = call(behave)
    assert given.status == 200
    assert given.body.startswith(b"thank")


# Receivers that break off


def close_at_once(conversation):
    pass


def close_after_the_request(conversation):
    conversation.hear()


def close_in_the_headers(conversation):
    conversation.hear()
    conversation.say(b"HTTP/1.1 200 OK\r\nContent-")


@pytest.mark.parametrize("behave", [close_at_once, close_after_the_request, close_in_the_headers])
def test_a_connection_that_is_closed_is_told(call, behave):
    with pytest.raises(Unreachable, match=r"It closed the connection without an answer\."):
        call(behave)
    assert call.receiver.connections == 1


def test_what_is_not_http_is_told(call):
    with pytest.raises(Unreachable, match=r"Its answer is not HTTP\."):
        call(polite(GARBAGE))


def test_a_port_where_nobody_listens_is_told(world):
    world.records(f"hooks.example A {PUBLIC}")
    port = unused_port()
    with pytest.raises(Unreachable) as caught:
        outbound.post(f"https://hooks.example:{port}/", MESSAGE, HEADERS)
    assert str(caught.value) == f"Its address {PUBLIC} refuses connections to port {port}."


# TLS


def test_a_certificate_for_another_name_is_told(call):
    with pytest.raises(
        Unreachable, match=r"certificate is not valid: Hostname mismatch.*'a\.test'"
    ):
        call(polite(answer(200)), host="a.test")
    assert call.receiver.requests == []


def test_a_self_signed_certificate_is_told(call, trust, tmp_path):
    trust(write_certificate(tmp_path / "other.pem", "other.example"))
    with pytest.raises(Unreachable, match="certificate is not valid: self-signed certificate"):
        call(polite(answer(200)))
    assert call.receiver.requests == []


def test_an_expired_certificate_is_told(world, trust, tmp_path):
    world.records(f"hooks.example A {PUBLIC}")
    expired = write_certificate(tmp_path / "old.pem", "hooks.example", days=-1)
    trust(expired)
    with (
        receiver(polite(answer(200)), expired) as server,
        pytest.raises(Unreachable, match=r"not valid: certificate has expired\."),
    ):
        outbound.post(f"https://hooks.example:{server.port}/", MESSAGE, HEADERS)


def test_a_server_without_tls_is_told(world):
    world.records(f"hooks.example A {PUBLIC}")
    with (
        receiver(lambda conversation: conversation.say(GARBAGE)) as plain,
        pytest.raises(Unreachable, match="does not speak TLS as it should"),
    ):
        outbound.post(f"https://hooks.example:{plain.port}/", MESSAGE, HEADERS)


def test_plain_http_is_not_called(world, dialled):
    world.records(f"hooks.example A {PUBLIC}")
    with pytest.raises(Unreachable, match="must begin with https://"):
        outbound.post("http://hooks.example/", MESSAGE, HEADERS)
    assert dialled == []


# Addresses

NOT_PUBLIC = {
    "this network": "0.0.0.0",
    "private, 10": "10.0.0.5",
    "private, 172": "172.31.255.1",
    "private, 192": "192.168.1.1",
    "loopback": "127.0.0.1",
    "carrier NAT; Alibaba's metadata": "100.100.100.200",
    "link-local; metadata": "169.254.169.254",
    "Azure's services": "168.63.129.16",
    "protocols; Oracle's metadata": "192.0.0.192",
    "documentation": "192.0.2.1",
    "relays of 6to4": "192.88.99.1",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.0.1",
    "multicast, global scope": "233.1.1.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified": "::",
    "loopback 6": "::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped public": "::ffff:8.8.8.8",
    "IPv4-compatible": "::7f00:1",
    "translated (SIIT)": "::ffff:0:7f00:1",
    "NAT64 to loopback": "64:ff9b::7f00:1",
    "NAT64 to metadata": "64:ff9b::a9fe:a9fe",
    "NAT64, local": "64:ff9b:1::808:808",
    "discard": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "benchmarks 6": "2001:2::1",
    "ORCHID": "2001:20::1",
    "documentation 6": "2001:db8::1",
    "documentation, new": "3fff::1",
    "6to4 to loopback": "2002:7f00:1::1",
    "6to4 to public": "2002:808:808::1",
    "segment routing": "5f00::1",
    "unique local": "fc00::1",
    "Amazon's metadata": "fd00:ec2::254",
    "link-local 6": "fe80::1",
    "site-local": "fec0::1",
    "multicast 6": "ff02::1",
    "multicast 6, global scope": "ff0e::1",
}
IDS = {"argvalues": NOT_PUBLIC.values(), "ids": NOT_PUBLIC.keys()}


def in_url(address):
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", **IDS)
def test_an_address_that_is_not_public_is_refused_at_once(address, dialled):
    assert "is not on the public internet." in refused(f"https://{in_url(address)}/")
    with pytest.raises(Unreachable, match="is not on the public internet"):
        outbound.post(f"https://{in_url(address)}/", MESSAGE, HEADERS)
    assert dialled == []


@pytest.mark.parametrize("address", **IDS)
def test_a_name_that_leads_there_is_refused(world, dialled, address):
    world.records(f"hooks.example {'AAAA' if ':' in address else 'A'} {address}")
    with pytest.raises(Unreachable, match=r"^Its address .* is not on the public internet\.$"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)
    assert dialled == []


@pytest.mark.parametrize(
    "address", ["192.0.0.192", "192.88.99.1", "224.0.0.1", "2001::1", "2002:808:808::1", "3fff::1"]
)
def test_what_some_python_takes_for_public_is_refused_all_the_same(monkeypatch, address):
    monkeypatch.setattr(IPv4Address, "is_global", True)
    monkeypatch.setattr(IPv6Address, "is_global", True)
    assert "is not on the public internet." in refused(f"https://{in_url(address)}/")


@pytest.mark.parametrize("bad", ["A 10.0.0.5", "AAAA fd00::1"])
def test_one_private_address_among_public_ones_spoils_the_name(world, dialled, bad):
    world.records(f"hooks.example A {PUBLIC}", f"hooks.example AAAA {OTHER_PUBLIC}")
    world.records(f"hooks.example {bad}")
    with pytest.raises(Unreachable, match="is not on the public internet"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)
    assert dialled == []


def test_a_private_address_behind_an_alias_is_refused(world, dialled):
    world.records("hooks.example CNAME inside.example", "inside.example A 192.168.0.7")
    with pytest.raises(Unreachable, match=r"192\.168\.0\.7 is not on the public internet"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)
    assert dialled == []


@pytest.mark.parametrize("address", ["8.8.8.8", "192.0.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_may_be_called(address):
    assert outbound.check_url(f"https://{in_url(address)}") == f"https://{in_url(address)}/"


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "a.localhost"])
def test_localhost_is_this_machine_and_is_refused(world, dialled, name):
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 is not on the public internet"):
        outbound.post(f"https://{name}/", MESSAGE, HEADERS)
    assert dialled == []


def test_a_name_that_turns_private_after_the_check_is_connected_where_it_was_checked(
    world, certificate, dialled, monkeypatch
):
    world.records(f"hooks.example A {PUBLIC}")
    reply = world.answer

    def then_turn(server, query):
        response = reply(server, query)
        if response.answer:
            world.data["hooks.example", "A"] = ["127.0.0.1"]
        return response

    monkeypatch.setattr(world, "answer", then_turn)
    with receiver(polite(answer(200)), certificate) as server:
        url = f"https://hooks.example:{server.port}/"
        assert outbound.post(url, MESSAGE, HEADERS).status == 200
        assert dialled == [PUBLIC]
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 is not on the public internet"):
            outbound.post(url, MESSAGE, HEADERS)
    assert dialled == [PUBLIC]
    assert world.servers["127.0.0.1"].asked["hooks.example", "A"] == 2


def test_the_next_address_is_tried_where_one_is_dead(call, world, dialled):
    httpcore.SyncBackend.connect_tcp.dead.add(PUBLIC)
    world.records(f"hooks.example AAAA {OTHER_PUBLIC}")
    assert call(polite(answer(200))).status == 200
    assert dialled == [PUBLIC, OTHER_PUBLIC]


def test_addresses_to_which_there_is_no_way_are_told(call, dialled):
    httpcore.SyncBackend.connect_tcp.dead.add(PUBLIC)
    with pytest.raises(Unreachable, match=rf"There is no way to its address {PUBLIC}\."):
        call(polite(answer(200)))
    assert dialled == [PUBLIC]


def test_of_very_many_addresses_a_few_are_tried(world, dialled):
    many = [f"203.1.2.{last}" for last in range(1, 40)]
    world.records(*(f"hooks.example A {address}" for address in many))
    httpcore.SyncBackend.connect_tcp.dead.update(many)
    with pytest.raises(Unreachable, match="There is no way"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)
    assert len(dialled) == 4


# Names


def test_a_name_that_does_not_exist_is_told(world):
    with pytest.raises(Unreachable, match=r"^The name hooks\.example does not exist\.$"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)


def test_a_name_without_an_address_is_told(world):
    world.records("hooks.example MX 10 mx.example")
    with pytest.raises(Unreachable, match=r"^The name hooks\.example has no address\.$"):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)


def test_name_servers_that_fail_are_told(world):
    world.servers["127.0.0.1"].rcode = dns.rcode.SERVFAIL
    with pytest.raises(Unreachable, match=r"The name servers of hooks\.example did not answer\."):
        outbound.post("https://hooks.example/", MESSAGE, HEADERS)


def test_a_lost_question_is_asked_again(call, world, settings, monkeypatch):
    settings.WEBHOOK_TIMEOUT_SECONDS = 3
    monkeypatch.setattr(addresses, "ASK_AGAIN_SECONDS", 0.1)
    world.servers["127.0.0.1"].lost = 2
    assert call(polite(answer(200))).status == 200


def test_a_name_in_any_script_is_called(call, world):
    world.records(f"xn--bcher-kva.example A {PUBLIC}")
    assert call(polite(answer(200)), host="Bücher.Example").status == 200
    assert "Host: xn--bcher-kva.example:" in call.receiver.requests[0][0]


# What customers type


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("https://example.com", "https://example.com/"),
        ("  HTTPS://Example.COM./In?a=1&b=/ \n", "https://example.com/In?a=1&b=/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ('https://example.com/"<{%7B', "https://example.com/%22%3C%7B%7B"),
        ("https://example.com/a%0d%0aX:y", "https://example.com/a%0d%0aX:y"),
        ("https://example.com/@me;v=1", "https://example.com/@me;v=1"),
        ("https://8.8.8.8:1/", "https://8.8.8.8:1/"),
    ],
)
def test_a_url_is_kept_as_it_will_be_called(typed, called):
    assert outbound.check_url(typed) == called
    assert outbound.check_url(called) == called


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "not a web address"),
        ("example.com/hook", "not a web address"),
        ("//example.com/", "not a web address"),
        ("ftp://example.com/", "not a web address"),
        ("javascript://example.com/", "not a web address"),
        ("http://example.com/", "must begin with https://"),
        ("https://", "not a web address"),
        ("https:///x", "not a web address"),
        ("https://:443/", "not a web address"),
        ("https://example.com:/", "not a web address"),
        ("https://example.com:0/", "from 1 to 65535"),
        ("https://example.com:65536/", "from 1 to 65535"),
        ("https://example.com:٤٤٣/", "not a web address"),
        ("https://example.com:80:80/", "not a web address"),
        ("https://me:secret@example.com/", "Leave out the user name"),
        ("https://example.com@10.0.0.5/", "Leave out the user name"),
        ("https://example.com\\@10.0.0.5/", "not a web address"),
        ("https://example.com/#top", "Leave out the #"),
        ("https://example.com#@10.0.0.5/", "Leave out the #"),
        ("https://example.com/#", "Leave out the #"),
        ("https://example.com/a\r\nX-Injected: y", "not a web address"),
        ("https://exam\tple.com/", "not a web address"),
        ("https://example.com/a b", "not a web address"),
        ("https://example.com/\x00", "not a web address"),
        ("https://example.com/\u2028x", "not a web address"),
        ("https://exa mple.com/", "not a web address"),
        ("https://exa_mple.com/", "not a host name"),
        ("https://example..com/", "not a host name"),
        ("https://./", "not a host name"),
        ("https://-a.example.com/", "not a host name"),
        (f"https://{'a' * 64}.example/", "not a host name"),
        (f"https://{'a.' * 130}example/", "not a host name"),
        ("https://example.com%2f@x/", "Leave out the user name"),
        ("https://127.0.0.1%2f.example.com/", "not a web address"),
        (f"https://example.com/{'a' * 2000}", "at most 2000 characters"),
        (f"https://example.com/{'ä' * 700}", "at most 2000 characters"),
    ],
)
def test_a_url_that_cannot_be_called_is_refused(typed, sentence, dialled):
    assert sentence in refused(typed)
    with pytest.raises(Unreachable, match=sentence):
        outbound.post(typed, MESSAGE, HEADERS)
    assert dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.0x1",
        "example.0x",
        "127.0.0.1.",
        "127.0.0.1..",
        "1.2.3.4.5",
        "①②⑦.⓪.⓪.①",
        "１２７。０。０。１",
        "127。0。0。1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[127.0.0.1]",
        "[::1].example.com",
        "example.com[::1]",
        "[[::1]]",
        "[::1",
        "::1",
        "[v1.x]",
    ],
)
def test_no_odd_way_to_write_an_address_slips_through(host, dialled):
    refused(f"https://{host}/")
    with pytest.raises(Unreachable):
        outbound.post(f"https://{host}/", MESSAGE, HEADERS)
    assert dialled == []


# Demonstrations


def test_a_demonstration_may_call_plain_http_at_private_addresses(settings, world):
    settings.INSECURE_RECEIVERS = True
    world.records("hooks.example A 127.0.0.1")
    with receiver(polite(answer(200))) as server:
        for host in ("127.0.0.1", "hooks.example", "localhost"):
            url = outbound.check_url(f"http://{host}:{server.port}")
            assert outbound.post(url, MESSAGE, HEADERS).status == 200


# Several messages over one connection


@pytest.fixture
def open_to(world, certificate):
    """A connection to a receiver that behaves in some way."""

    def open_to(server):
        return outbound.connection(f"https://hooks.example:{server.port}/")

    world.records(f"hooks.example A {PUBLIC}")
    return open_to


def test_several_messages_share_a_connection(open_to, certificate, dialled):
    with receiver(polite(answer(200), answer(500), answer(204)), certificate) as server:
        with open_to(server) as send:
            assert [send(MESSAGE, HEADERS).status for _ in range(3)] == [200, 500, 204]
        assert (server.connections, len(server.requests), dialled) == (1, 3, [PUBLIC])


def test_each_message_has_its_own_deadline(open_to, certificate, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(outbound, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with receiver(polite(answer(200)), certificate) as server, open_to(server) as send:
        for _ in range(3):
            assert send(MESSAGE, HEADERS).status == 200
            now[0] += 3


def test_a_new_connection_looks_the_name_up_again(open_to, world, certificate, dialled):
    closing = answer(200, b"", "Connection: close")

    def once(conversation):
        conversation.hear()
        conversation.say(closing)

    with receiver(once, certificate) as server, open_to(server) as send:
        assert send(MESSAGE, HEADERS).status == 200
        world.data["hooks.example", "A"] = ["10.0.0.5"]
        with pytest.raises(Unreachable, match=r"10\.0\.0\.5 is not on the public internet"):
            send(MESSAGE, HEADERS)
    assert dialled == [PUBLIC]


def test_a_kept_connection_that_is_closed_under_us_costs_no_message(open_to, certificate):
    """It answers each message, and closes in the moment in which the next one comes."""

    def behave(conversation):
        conversation.hear()
        conversation.say(answer(200))
        conversation.hear()

    with receiver(behave, certificate) as server:
        with open_to(server) as send:
            assert [send(MESSAGE, HEADERS).status for _ in range(3)] == [200, 200, 200]
        assert server.connections == 3


def test_a_message_is_repeated_only_where_nothing_of_an_answer_came(open_to, certificate):
    def behave(conversation):
        conversation.hear()
        conversation.say(answer(200))
        conversation.hear()
        conversation.say(b"HTTP/1.1 2")

    with receiver(behave, certificate) as server:
        with open_to(server) as send:
            send(MESSAGE, HEADERS)
            with pytest.raises(Unreachable, match="closed the connection"):
                send(MESSAGE, HEADERS)
        assert server.connections == 1


def test_after_a_failure_the_next_message_gets_a_new_connection(open_to, certificate, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    silent = iter([True, False])

    def behave(conversation):
        while conversation.hear():
            conversation.hang() if next(silent, False) else conversation.say(answer(200))

    with receiver(behave, certificate) as server, open_to(server) as send:
        with pytest.raises(Unreachable, match="did not answer"):
            send(MESSAGE, HEADERS)
        settings.WEBHOOK_TIMEOUT_SECONDS = 5
        assert send(MESSAGE, HEADERS).status == 200
        assert server.connections == 2
