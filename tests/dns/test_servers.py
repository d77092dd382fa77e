"""Which servers are asked, and what a person is told when they fail."""

from dataclasses import replace

import dns.rcode
import pytest

from domains.dns import Kind, State

OURS = ("example.com MX 10 mx1.kuploy.test", "example.com MX 20 mx2.kuploy.test")
RESOLVER, NS1, NS2 = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@pytest.fixture
def servers(world):
    world.hurry()
    world.records(*OURS)
    return world.servers


def both(servers, **vices):
    for address in (NS1, NS2):
        for name, value in vices.items():
            setattr(servers[address], name, value)


def test_the_domains_own_servers_are_asked_first(world, servers):
    """A fresh record counts while the resolver still remembers the old one."""
    servers[RESOLVER].records = {
        key: ["5 old.test"] if key[1] == "MX" else records for key, records in world.data.items()
    }
    finding = world.check(Kind.MX)
    assert finding.state is State.OK
    assert finding.source in ("ns1.example.net (authoritative)", "ns2.example.net (authoritative)")


@pytest.mark.parametrize(
    "vice",
    [
        {"silent": True},
        {"authoritative": False},
        {"rcode": dns.rcode.REFUSED},
        {"rcode": dns.rcode.SERVFAIL},
        {"tamper": lambda wire: [wire[:40]]},
    ],
)
def test_where_one_server_fails_the_other_one_helps(world, servers, vice):
    for name, value in vice.items():
        setattr(servers[NS1], name, value)
    for _ in range(2):  # the order is random
        assert world.check(Kind.MX).source == "ns2.example.net (authoritative)"


@pytest.mark.parametrize(
    "vice", [{"silent": True}, {"authoritative": False}, {"rcode": dns.rcode.REFUSED}]
)
def test_where_all_of_them_fail_the_resolver_helps(world, servers, vice):
    both(servers, **vice)
    finding = world.check(Kind.MX)
    assert (finding.state, finding.source) == (State.OK, "resolver 127.0.0.1")


@pytest.mark.parametrize(
    ("vice", "sentence"),
    [
        ({"silent": True}, "the name servers of example.com did not answer in time"),
        ({"rcode": dns.rcode.SERVFAIL}, "a failure of their own (SERVFAIL)"),
        ({"authoritative": False}, "(lame delegation)"),
        ({"rcode": dns.rcode.REFUSED}, "(lame delegation)"),
        ({"tamper": lambda wire: [wire[:40]]}, "an answer that cannot be read"),
    ],
)
def test_a_failure_of_the_network_says_nothing_about_the_record(world, servers, vice, sentence):
    both(servers, **vice)
    servers[RESOLVER].rcodes["example.com", "MX"] = dns.rcode.SERVFAIL
    finding = world.check(Kind.MX)
    assert finding.state is State.UNREACHABLE
    assert sentence in finding.sentence
    assert finding.advice == ""


def test_nobody_answers_at_all(world, servers):
    both(servers, silent=True)
    servers[RESOLVER].silent = True
    findings = world.check()
    assert {finding.state for finding in findings.values()} == {State.UNREACHABLE}


def test_a_domain_that_takes_too_long_altogether(world, servers):
    world.network = replace(world.network, total=0.05)
    servers[RESOLVER].silent = True
    finding = world.check(Kind.MX)
    assert finding.state is State.UNREACHABLE
    assert "took too long" in finding.sentence


def test_a_port_where_nobody_listens(world, servers):
    del servers[RESOLVER]
    finding = world.check(Kind.MX)
    assert finding.state is State.UNREACHABLE
    assert "could not be reached" in finding.sentence


def test_a_lost_datagram_is_sent_again(world, servers):
    servers[RESOLVER].lost = 1
    both(servers, lost=1)
    assert "(authoritative)" in world.check(Kind.MX).source


def test_a_truncated_answer_is_fetched_over_tcp(world, servers):
    both(servers, truncates=True)
    assert "(authoritative)" in world.check(Kind.MX).source


def test_all_lookups_of_a_domain_run_at_once(world, servers):
    """The server answers nobody until all 24 questions are there."""
    world.zone("solo.test", {"ns.solo.net": "127.0.0.4"})
    servers["127.0.0.4"].hold = 24
    # All but CAA, which goes on upwards from what it was told.
    findings = world.check(*set(Kind) - {Kind.CAA}, name="solo.test")
    assert State.UNREACHABLE not in {finding.state for finding in findings.values()}
    assert len(servers["127.0.0.4"].waiting) == 24


def test_a_domain_that_does_not_exist(world):
    finding = world.check(Kind.MX, name="nowhere.test")
    assert finding.state is State.MISSING
    assert finding.sentence.startswith("The domain nowhere.test does not exist in the DNS.")


def test_a_name_that_does_not_exist_in_a_domain_that_does(world):
    finding = world.check(Kind.MX, name="shop.example.com")
    assert finding.state is State.MISSING
    assert finding.sentence == "The name shop.example.com does not exist, so it has no MX record."
    assert "(authoritative)" in finding.source


def test_a_subdomain_is_asked_at_the_servers_of_the_zone_above(world):
    world.records("a.b.example.com MX 10 mx1.kuploy.test", "a.b.example.com MX 20 mx2.kuploy.test")
    finding = world.check(Kind.MX, name="a.b.example.com")
    assert finding.state is State.OK
    assert "(authoritative)" in finding.source


def test_an_alias_is_followed_to_where_its_own_servers_know_nothing(world, servers):
    world.records("www.example.com CNAME web.test")
    for address in (NS1, NS2):
        servers[address].records = dict(world.data)
    world.records("web.test CNAME mail.test")
    world.records("mail.test MX 10 mx1.kuploy.test", "mail.test MX 20 mx2.kuploy.test")
    assert world.check(Kind.MX, name="www.example.com").state is State.OK


def test_an_alias_of_nothing_is_told(world):
    world.records("www.example.com CNAME gone.test")
    finding = world.check(Kind.MX, name="www.example.com")
    assert finding.state is State.MISSING
    assert "is an alias (CNAME) of gone.test, and that does not exist" in finding.sentence


def test_a_registered_domain_that_is_an_alias_of_nothing_exists(world):
    world.records("alias.test CNAME gone.example")
    finding = world.check(Kind.MX, name="alias.test")
    assert "alias.test is an alias (CNAME) of gone.example" in finding.sentence


def test_aliases_in_a_circle_are_told(world):
    world.records("www.example.com CNAME x.test", "x.test CNAME www.example.com")
    finding = world.check(Kind.MX, name="www.example.com")
    assert finding.state is State.WRONG
    assert "in a circle: www.example.com → x.test → www.example.com." in finding.sentence


def test_aliases_without_end_are_told(world):
    world.records(*(f"n{i}.example.com CNAME n{i + 1}.example.com" for i in range(30)))
    finding = world.check(Kind.MX, name="n0.example.com")
    assert finding.state is State.WRONG
    assert "go on for too long" in finding.sentence


def test_a_name_server_at_a_private_address_is_not_asked(world, servers):
    """A customer must not make us ask inside our own network."""
    world.network = replace(world.network, private_nameservers=False)
    assert world.check(Kind.MX).source == "resolver 127.0.0.1"
    assert not servers[NS1].asked + servers[NS2].asked


def test_a_batch_asks_once_for_what_its_domains_share(world):
    names = [f"d{i}.test" for i in range(30)]
    for name in names:
        world.zone(name, {"ns1.example.net": NS1})
        world.texts(name, "v=spf1 include:spf.kuploy.test ~all")
    results = world.check_many(names, Kind.SPF, Kind.MX, concurrency=7)
    assert [found[Kind.SPF].state for found in results] == [State.OK] * 30
    asked = world.servers[RESOLVER].asked
    assert asked["spf.kuploy.test", "TXT"] == asked["ns1.example.net", "A"] == 1


def test_a_batch_answers_in_the_order_it_was_asked(world):
    names = ["b.test", "a.test", "b.test"]
    results = world.check_many(names, Kind.MX, concurrency=2)
    assert [found[Kind.MX].sentence.split()[2] for found in results] == names


def test_a_dead_server_does_not_hold_up_a_whole_batch(world):
    names = [f"d{i}.test" for i in range(40)]
    for name in names:
        world.zone(name, {"dead.example.net": "127.0.0.5"})
        world.records(f"{name} MX 10 mx1.kuploy.test")
    world.servers["127.0.0.5"].silent = True
    world.hurry()
    results = world.check_many(names, Kind.MX, concurrency=4)
    assert {found[Kind.MX].source for found in results} == {"resolver 127.0.0.1"}
    assert world.servers["127.0.0.5"].datagrams < 20
