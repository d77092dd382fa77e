"""Only public addresses are called, and the one that was checked."""

from ipaddress import IPv4Address, IPv6Address

import dns.rcode
import httpcore
import pytest

from kuploy import addresses, outbound
from kuploy.errors import Unreachable
from tests.kuploy.outbound.conftest import HEADERS, MESSAGE, OTHER_PUBLIC, PUBLIC, refused
from tests.kuploy.receivers import (
    answer,
    polite,
    receiver,
)

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
