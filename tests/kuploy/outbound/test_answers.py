"""Whatever a customer's server answers, or does not, costs a little and is told in one sentence."""

from itertools import repeat
from threading import Event
from types import SimpleNamespace

import httpcore
import pytest

from kuploy import outbound
from kuploy.errors import Unreachable
from tests.kuploy.outbound.conftest import GARBAGE, HEADERS, MESSAGE, PUBLIC
from tests.kuploy.receivers import (
    PATIENCE,
    Conversation,
    answer,
    polite,
    receiver,
    unused_port,
    write_certificate,
)


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
