"""Programs find our servers by SRV records, and learn what is not offered."""

import dns.rcode
import pytest

from domains.dns import Kind, State

UNOFFERED = ("_imap._tcp", "_pop3._tcp", "_pop3s._tcp", "_submissions._tcp")


@pytest.mark.parametrize(
    "record",
    ["0 1 993 imap.kuploy.test.", "10 0 993 IMAP.kuploy.test.", "0 1 993 imap.kuploy.test"],
)
def test_a_record_that_leads_to_our_server_is_right(world, record):
    world.records(f"_imaps._tcp.example.com SRV {record}")
    finding = world.check(Kind.IMAPS)
    assert finding.state is State.OK
    assert finding.sentence == "Programs find imap.kuploy.test at port 993."
    assert finding.advice == ""


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ("0 1 587 mail.example.net", "_submission._tcp.example.com leads to mail.example.net at"),
        ("0 1 25 smtp.kuploy.test", "at port 25. Lead it to smtp.kuploy.test:587."),
        ("0 0 0 .", "_submission._tcp.example.com says that there is no such service."),
    ],
)
def test_one_that_leads_elsewhere_is_told_with_what_to_publish(world, record, sentence):
    world.records(f"_submission._tcp.example.com SRV {record}")
    finding = world.check(Kind.SUBMISSION)
    assert finding.state is State.WRONG
    assert sentence in finding.sentence
    assert finding.advice == "0 1 587 smtp.kuploy.test"
    assert finding.found == (record,)


def test_one_of_several_that_leads_elsewhere_is_wrong(world):
    for target in ("imap.kuploy.test", "old.example.net"):
        world.records(f"_imaps._tcp.example.com SRV 0 1 993 {target}")
    assert "old.example.net" in world.check(Kind.IMAPS).sentence


def test_none_is_missing(world):
    assert world.check(Kind.IMAPS).state is State.MISSING


def test_what_is_not_offered_is_said_so_for_all_of_it(world):
    world.records(*(f"{label}.example.com SRV 0 0 0 ." for label in UNOFFERED))
    assert world.check(Kind.UNOFFERED).state is State.OK


def test_what_is_missing_of_it_is_named(world):
    world.records(*(f"{label}.example.com SRV 0 0 0 ." for label in UNOFFERED[1:]))
    finding = world.check(Kind.UNOFFERED)
    assert finding.state is State.MISSING
    assert finding.sentence.startswith("Not found: _imap._tcp.example.com. ")


def test_a_service_that_is_not_ours_is_wrong(world):
    world.records("_pop3s._tcp.example.com SRV 0 1 995 pop.example.net")
    finding = world.check(Kind.UNOFFERED)
    assert finding.state is State.WRONG
    assert "_pop3s._tcp.example.com leads to pop.example.net at port 995" in finding.sentence
    assert finding.found == ("0 1 995 pop.example.net",)


def test_a_server_that_fails_for_one_of_them_says_nothing(world):
    world.records(*(f"{label}.example.com SRV 0 0 0 ." for label in UNOFFERED))
    for server in world.servers.values():
        server.rcodes["_pop3._tcp.example.com", "SRV"] = dns.rcode.SERVFAIL
    assert world.check(Kind.UNOFFERED).state is State.UNREACHABLE
