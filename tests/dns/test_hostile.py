"""Answers made to hurt: the work stays bounded, the words stay clear, nothing raises."""

import struct
from dataclasses import replace

import pytest

from domains.dns import Kind, State, transport
from domains.dns.findings import MAX_LENGTH, MAX_VALUES

OURS = ("example.com MX 10 mx1.kuploy.test", "example.com MX 20 mx2.kuploy.test")


@pytest.fixture
def servers(world):
    world.records(*OURS)
    return [world.servers["127.0.0.2"], world.servers["127.0.0.3"]]


def tampered(servers, tamper):
    for server in servers:
        server.tamper = tamper


def bounded(finding):
    assert len(finding.found) <= MAX_VALUES
    assert all(len(value) <= MAX_LENGTH and value.isprintable() for value in finding.found)
    return finding


@pytest.mark.parametrize("kind", [Kind.SPF, Kind.DKIM, Kind.DMARC, Kind.PROOF_TXT])
@pytest.mark.parametrize(
    "text", [b"\0\xff\x1b[31m\n" * 40, b"", b"v=spf1 \xc3\xa4 p= v=DMARC1", b"v=DKIM1;" * 7000]
)
def test_binary_and_huge_texts_are_shown_in_bounds(world, servers, kind, text):
    for server in servers:
        server.truncates = True  # over TCP there is room for it
    world.texts("*.example.com", text)
    world.texts("example.com", text)
    finding = bounded(world.check(kind))
    assert finding.state in (State.WRONG, State.MISSING)
    assert finding.sentence.replace("“", "").replace("”", "").isprintable()


def test_an_spf_record_of_64_kilobytes_is_refused(world, servers):
    for server in servers:
        server.truncates = True
    world.texts("example.com", "v=spf1 " + "a " * 32_000)
    finding = bounded(world.check(Kind.SPF))
    assert finding.state is State.WRONG
    assert "64007 bytes" in finding.sentence


def test_a_server_whose_name_is_all_escapes_is_named_in_bounds(world):
    """Of 250 bytes, each written as four characters: a batch with it could not be stored."""
    host = ".".join(["\\001" * 60] * 4)
    world.zone("odd.test", {host: "127.0.0.4"})
    world.records("odd.test MX 10 mx1.kuploy.test")
    finding = world.check(Kind.MX, name="odd.test")
    assert finding.source.startswith("\\001")
    assert len(finding.source) <= 300


def test_thousands_of_records_are_refused(world, servers):
    for server in servers:
        server.truncates = True
    world.texts("example.com", *(f"text {i}" for i in range(2000)))
    world.servers["127.0.0.1"].truncates = True
    finding = bounded(world.check(Kind.SPF))
    assert finding.state is State.WRONG
    assert "so many records" in finding.sentence


def test_hundreds_of_records_are_read(world, servers):
    world.texts("example.com", *(f"text {i}" for i in range(400)))
    world.texts("example.com", "v=spf1 include:spf.kuploy.test -all")
    for server in servers:
        server.truncates = True
    assert world.check(Kind.SPF).state is State.OK


def test_a_text_in_many_strings_is_one_text(world, servers):
    world.data["example.com", "TXT"] = ['"v=sp" "f1 include" ":spf.kuploy.test" "" " -all"']
    assert world.check(Kind.SPF).state is State.OK


def other_number(wire):
    return bytes([wire[0] ^ 1]) + wire[1:]


def other_question(wire):
    return wire[:13] + bytes([wire[13] ^ 2]) + wire[14:]


def not_a_response(wire):
    return wire[:2] + bytes([wire[2] & 0x7F]) + wire[3:]


FORGERIES = [other_number, other_question, not_a_response, lambda wire: wire[:5]]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_answer_is_passed_over(world, servers, forgery):
    tampered(servers, lambda wire: [forgery(wire.replace(b"\3mx1", b"\3bad")), wire])
    finding = world.check(Kind.MX)
    assert finding.state is State.OK
    assert "(authoritative)" in finding.source


@pytest.mark.parametrize("forgery", FORGERIES)
def test_only_forged_answers_count_as_silence(world, servers, forgery):
    world.hurry()
    tampered(servers, lambda wire: [forgery(wire)])
    assert world.check(Kind.MX).source == "resolver 127.0.0.1"


def test_under_a_flood_of_forgeries_tcp_is_used(world, servers):
    tampered(servers, lambda wire: [other_number(wire)] * 60 + [wire])
    finding = world.check(Kind.MX)
    assert finding.state is State.OK
    assert servers[0].connections + servers[1].connections == 1


def test_the_port_of_our_questions_changes(world, monkeypatch):
    """A forger who has learned it can use it for a moment only."""
    monkeypatch.setattr(transport, "QUESTIONS_PER_SOCKET", 5)
    names = [f"n{i}.example.com" for i in range(30)]
    results = world.check_many(names, Kind.MX, Kind.DKIM, concurrency=8)
    assert all("(authoritative)" in f.source for found in results for f in found.values())
    assert len(world.servers["127.0.0.1"].ports) > 5


def test_an_mx_record_with_hundreds_of_hosts_costs_few_lookups(world):
    world.records(*(f"example.com MX 10 mx{i}.other.test" for i in range(200)))
    world.texts("example.com", "v=spf1 mx -all")
    for address in ("127.0.0.2", "127.0.0.3"):
        world.servers[address].truncates = True
    assert world.check(Kind.MX, Kind.SPF)[Kind.MX].state is State.WRONG
    assert sum(n for (name, _), n in world.servers["127.0.0.1"].asked.items() if "mx" in name) < 40


@pytest.mark.parametrize("flags", [0xC00C, 0xC0FF, 0xFFFF])
def test_names_that_point_at_themselves_are_refused(world, servers, flags):
    """Compression pointers in a circle, forward, or past the end."""

    def bomb(wire):
        end = wire.index(b"\3com\0") + 9
        record = struct.pack("!HHHIH", 0xC000 | end, 15, 1, 60, 4) + struct.pack("!HH", 1, flags)
        return wire[:6] + struct.pack("!HHH", 300, 0, 0) + wire[12:end] + record * 300

    tampered(servers, lambda wire: [bomb(wire)])
    finding = world.check(Kind.MX)
    assert finding.source == "resolver 127.0.0.1"


def test_garbage_never_raises(world, servers):
    """Every byte of an answer turned around, one after the other."""
    for position in range(2, 90):
        tampered(
            servers,
            lambda wire, at=position: [wire[:at] + bytes([wire[at] ^ 0xFF]) + wire[at + 1 :]],
        )
        world.network = replace(world.network, deadline=0.15)
        assert world.check(Kind.MX).state in State


def test_a_name_too_long_for_its_records(world):
    name = ".".join(["a" * 60] * 4)
    findings = world.check(name=name)
    assert findings[Kind.DKIM].state is State.WRONG
    assert "not a name that the DNS can hold" in findings[Kind.DKIM].sentence


@pytest.mark.parametrize("name", ["a..b", "", ".", "x" * 300, "ex ample.com", "é.com", "\0.com"])
def test_an_impossible_name_gets_findings_too(world, name):
    assert set(world.check(name=name)) == set(Kind)


def test_a_hostile_name_is_shown_in_printable_letters(world):
    world.records("example.com MX 10 a\\000\\027b.test")
    assert bounded(world.check(Kind.MX)).found == ("10 a\\000\\027b.test",)
