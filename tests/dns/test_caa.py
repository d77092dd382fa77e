"""Certificates for our names below a domain: the closest CAA records decide (RFC 8659)."""

import dns.rcode
import pytest

from domains.dns import Kind, State

OURS, OTHERS = '0 issue "ca.test"', '0 issue "other.test"'
ADVICE = 'example.com. CAA 0 issue "ca.test"'


def caa(world, *records, name="example.com"):
    world.records(*(f"{name} CAA {record}" for record in records))


def test_none_at_all_is_right_and_says_so(world):
    finding = world.check(Kind.CAA)
    assert finding.state is State.OK
    assert "No CAA record stands in the way" in finding.sentence


@pytest.mark.parametrize(
    "records",
    [
        [OURS],
        [OTHERS, OURS],
        ['0 issue "CA.test ; policy=ev"'],
        ['128 ISSUE "ca.test"'],
        # Neither says who may issue for a name.
        ['0 issuewild ";"', '0 iodef "mailto:a@example.com"'],
        ['0 future "x"'],
    ],
)
def test_records_that_let_our_authority_issue_are_right(world, records):
    caa(world, *records)
    assert world.check(Kind.CAA).state is State.OK


@pytest.mark.parametrize("record", [OTHERS, '0 issue ";"', '0 issue "ca.test.evil.test"'])
def test_records_that_do_not_come_with_the_one_to_add(world, record):
    caa(world, record)
    finding = world.check(Kind.CAA)
    assert finding.state is State.WRONG
    assert "of example.com do not let ca.test make certificates" in finding.sentence
    assert (finding.advice, finding.found) == (ADVICE, (record,))


@pytest.mark.parametrize("condition", ["accounturi=https://ca.test/1", "validationmethods=dns-01"])
def test_conditions_that_we_may_not_meet_are_told(world, condition):
    caa(world, f'0 issue "ca.test; {condition}"')
    assert "under conditions" in world.check(Kind.CAA).sentence


def test_a_critical_tag_that_nobody_knows_is_to_be_removed(world):
    caa(world, OURS, '128 future "x"')
    finding = world.check(Kind.CAA)
    assert finding.state is State.WRONG
    assert "the critical tag future" in finding.sentence
    assert finding.advice == ""


def test_the_closest_records_count(world):
    caa(world, OTHERS)
    caa(world, OURS, name="shop.example.com")
    assert world.check(Kind.CAA, name="shop.example.com").state is State.OK
    caa(world, OTHERS, name="autoconfig.shop.example.com")
    finding = world.check(Kind.CAA, name="shop.example.com")
    assert "of autoconfig.shop.example.com do not let" in finding.sentence


def test_it_climbs_to_the_records_above(world):
    caa(world, OTHERS)
    finding = world.check(Kind.CAA, name="eu.shop.example.com")
    assert finding.advice == ADVICE


def test_through_an_alias_the_records_of_its_target_count(world):
    caa(world, OTHERS)
    for label in ("autoconfig", "autodiscover"):
        world.records(f"{label}.example.com CNAME panel.kuploy.test")
    assert world.check(Kind.CAA).state is State.WRONG
    caa(world, OURS, name="panel.kuploy.test")
    assert world.check(Kind.CAA).state is State.OK


def test_the_target_of_an_alias_is_named_where_it_forbids(world):
    world.records("autoconfig.example.com CNAME portal.example.net")
    caa(world, OTHERS, name="portal.example.net")
    assert "of portal.example.net do not let" in world.check(Kind.CAA).sentence


def test_records_above_the_target_of_an_alias_do_not_count(world):
    for label in ("autoconfig", "autodiscover"):
        world.records(f"{label}.example.com CNAME panel.kuploy.test")
    world.records("panel.kuploy.test A 192.0.2.80")
    caa(world, OTHERS, name="kuploy.test")
    assert world.check(Kind.CAA).state is State.OK


def test_names_that_are_not_published_yet_count_as_they_will_be(world):
    caa(world, OTHERS)
    caa(world, OURS, name="panel.kuploy.test")
    assert world.check(Kind.CAA).state is State.OK


def test_a_server_that_fails_says_nothing(world):
    for server in world.servers.values():
        server.rcodes["example.com", "CAA"] = dns.rcode.SERVFAIL
    assert world.check(Kind.CAA).state is State.UNREACHABLE
