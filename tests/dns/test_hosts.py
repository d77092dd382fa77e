"""A host name leads to us by an alias or by our addresses, and its owner says whose it is."""

from dataclasses import replace

import dns.rcode
import pytest

from domains.dns.findings import State
from domains.dns.hosts import Host, check_hosts

HOST = Host("webmail.example.com", "kuploy-verification=secret", "panel.kuploy.test")
PROOF = "_kuploy-challenge.webmail.example.com"
OURS = "192.0.2.80"


@pytest.fixture
def look(world):
    world.records(f"panel.kuploy.test A {OURS}", "panel.kuploy.test AAAA 2001:db8::80")

    def look(**changes):
        [outcome] = world.run(lambda network: check_hosts([replace(HOST, **changes)], network))
        return outcome

    return look


@pytest.mark.parametrize(
    "record",
    [
        "CNAME panel.kuploy.test",
        "CNAME portal.example.com",
        f"A {OURS}",
        "AAAA 2001:db8::80",
    ],
)
def test_it_leads_to_us(world, look, record):
    world.records(f"{HOST.name} {record}", "portal.example.com CNAME panel.kuploy.test")
    world.texts(PROOF, HOST.secret)
    assert look().holds


def test_an_alias_leads_to_us_also_where_our_name_has_no_address_yet(world, look):
    world.records(f"{HOST.name} CNAME new.kuploy.test")
    assert look(panel="new.kuploy.test").way.state is State.OK


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (["A 203.0.113.5"], "webmail.example.com leads to 203.0.113.5, which is not us."),
        ([f"A {OURS}", "A 203.0.113.5"], "leads to 203.0.113.5, which is not us"),
        ([f"A {OURS}", "AAAA 2001:db8::5"], "leads to 2001:db8::5, which is not us"),
        (["CNAME other.example.net"], "leads to 203.0.113.9, which is not us"),
    ],
)
def test_it_leads_elsewhere(world, look, records, words):
    world.records("other.example.net A 203.0.113.9", *(f"{HOST.name} {each}" for each in records))
    outcome = look()
    assert outcome.way.state is State.WRONG
    assert words in outcome.way.sentence
    assert "Lead it to panel.kuploy.test." in outcome.way.sentence
    assert outcome.fails


def test_it_is_not_there(look):
    outcome = look()
    assert (outcome.way.state, outcome.proof.state) == (State.MISSING, State.MISSING)
    assert "webmail.example.com does not exist" in outcome.way.sentence


def test_to_lead_here_is_no_proof(world, look):
    """Anybody may point a name of his own at us, and somebody else could then claim it."""
    world.records(f"{HOST.name} CNAME panel.kuploy.test")
    outcome = look()
    assert (outcome.way.state, outcome.holds, outcome.fails) == (State.OK, False, True)


def test_the_secret_of_another_account_is_no_proof(world, look):
    world.records(f"{HOST.name} CNAME panel.kuploy.test")
    world.texts(PROOF, "kuploy-verification=another")
    assert look().proof.state is State.WRONG


def test_a_name_server_that_is_away_says_nothing(world, look):
    world.hurry()
    world.records(f"{HOST.name} A {OURS}")
    for server in world.servers.values():
        server.rcode = dns.rcode.SERVFAIL
    outcome = look()
    assert (outcome.holds, outcome.fails) == (False, False)


def test_while_our_own_name_cannot_be_looked_up_nobody_loses_his(world, look):
    world.records(f"{HOST.name} A {OURS}")
    for rdtype in ("A", "AAAA"):
        world.servers["127.0.0.1"].rcodes["panel.kuploy.test", rdtype] = dns.rcode.SERVFAIL
    assert look().way.state is State.UNREACHABLE
