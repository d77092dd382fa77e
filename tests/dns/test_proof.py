import dns.rdata
import pytest
from dns.rdatatype import TXT as TYPE_TXT
from dns.rdatatype import A as TYPE_A

from domains.dns import Kind, State
from domains.dns.answers import Answer, Outcome
from domains.dns.proof import judge

from .server import WANTED

A = "d123456789.example.com"
TXT = "_kuploy-challenge.example.com"


def test_the_random_name_with_our_address_proves(world):
    world.records(f"{A} A 203.0.113.1", f"{A} A 192.0.2.10")
    assert world.check(Kind.PROOF_A).state is State.OK


@pytest.mark.parametrize("record", ["*.example.com A 192.0.2.10", "*.example.com CNAME us.test"])
def test_a_wildcard_proves_nothing(world, record):
    world.records(record, "us.test A 192.0.2.10")
    finding = world.check(Kind.PROOF_A)
    assert finding.state is State.WRONG
    assert "wildcard" in finding.sentence


def test_a_wildcard_that_points_elsewhere_does_no_harm(world):
    world.records(f"{A} A 192.0.2.10", "*.example.com A 203.0.113.1")
    assert world.check(Kind.PROOF_A).state is State.OK


def test_without_knowing_about_a_wildcard_nothing_is_decided():
    right = dns.rdata.from_text("IN", "A", "192.0.2.10")
    answer = Answer(A, Outcome.FOUND, TYPE_A, (right,))
    silence = Answer("d1.example.com", Outcome.TIMEOUT, TYPE_A)
    assert judge(Kind.PROOF_A, WANTED.proof_ip, answer, silence).state is State.UNREACHABLE


def test_another_address_does_not_prove(world):
    world.records(f"{A} A 203.0.113.1")
    finding = world.check(Kind.PROOF_A)
    assert (finding.state, finding.advice) == (State.WRONG, "192.0.2.10")


def test_our_text_among_others_proves(world):
    world.texts(TXT, "other", "kuploy=secret")
    assert world.check(Kind.PROOF_TXT).state is State.OK


def test_another_text_does_not_prove(world):
    world.texts(TXT, "kuploy=secret2", "KUPLOY=SECRET")
    finding = world.check(Kind.PROOF_TXT)
    assert (finding.state, finding.advice) == (State.WRONG, "kuploy=secret")


def test_a_wildcard_alias_to_a_stranger_proves_nothing(world):
    world.records("*.example.com CNAME stranger.test")
    world.texts("stranger.test", "kuploy=secret")
    assert world.check(Kind.PROOF_TXT).state is State.WRONG


def test_a_stranger_behind_a_wildcard_alias_cannot_answer_each_name_differently():
    secret = dns.rdata.from_text("IN", "TXT", '"kuploy=secret"')
    other = dns.rdata.from_text("IN", "TXT", '"something else"')
    stranger = ("stranger.test",)
    answer = Answer(TXT, Outcome.FOUND, TYPE_TXT, (secret,), aliases=stranger)
    control = Answer("d1.example.com", Outcome.FOUND, TYPE_TXT, (other,), aliases=stranger)
    assert judge(Kind.PROOF_TXT, WANTED.proof_text, answer, control).state is State.WRONG


def test_nothing_published_yet(world):
    finding = world.check(Kind.PROOF_TXT)
    assert (finding.state, finding.advice) == (State.MISSING, "kuploy=secret")
