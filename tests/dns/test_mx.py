import pytest

from domains.dns import Kind, State

OURS = ("example.com MX 10 mx1.kuploy.test", "example.com MX 20 mx2.kuploy.test")


def mx(world, *lines):
    world.records(*lines)
    return world.check(Kind.MX)


def test_both_our_hosts_are_right(world):
    finding = mx(world, *OURS)
    assert finding.state is State.OK
    assert finding.reaches_us
    assert finding.found == ("10 mx1.kuploy.test", "20 mx2.kuploy.test")
    assert finding.advice == ""


def test_upper_case_changes_nothing(world):
    lines = ("example.com MX 10 MX1.Kuploy.TEST.", "example.com MX 20 mx2.kuploy.test.")
    assert mx(world, *lines).state is State.OK


def test_other_priorities_are_right_and_said(world):
    lines = ("example.com MX 0 mx1.kuploy.test", "example.com MX 0 mx2.kuploy.test")
    finding = mx(world, *lines)
    assert finding.state is State.OK
    assert "priorities differ" in finding.sentence


@pytest.mark.parametrize(
    ("line", "reaches_us", "sentence"),
    [
        ("example.com MX 5 mail.other.test", False, "goes to mail.other.test first"),
        ("example.com MX 10 mail.other.test", True, "Part of the mail goes to mail.other.test"),
        ("example.com MX 30 mail.other.test", True, "some of it will go to mail.other.test"),
        ("example.com MX 30 192.0.2.1", True, "IP address 192.0.2.1"),
    ],
)
def test_a_foreign_host_beside_ours_is_wrong(world, line, reaches_us, sentence):
    finding = mx(world, *OURS, line)
    assert finding.state is State.WRONG
    assert finding.reaches_us is reaches_us
    assert sentence in finding.sentence
    assert finding.advice == "10 mx1.kuploy.test\n20 mx2.kuploy.test"


def test_mail_that_goes_elsewhere_is_wrong(world):
    finding = mx(world, "example.com MX 10 mail.other.test")
    assert (finding.state, finding.reaches_us) == (State.WRONG, False)
    assert "should go to mx1.kuploy.test, mx2.kuploy.test" in finding.sentence


def test_one_host_alone_brings_mail_but_is_not_enough(world):
    finding = mx(world, OURS[0])
    assert (finding.state, finding.reaches_us) == (State.WRONG, True)
    assert "add mx2.kuploy.test" in finding.sentence


def test_a_null_mx_is_named(world):
    finding = mx(world, "example.com MX 0 .")
    assert (finding.state, finding.reaches_us) == (State.WRONG, False)
    assert "RFC 7505" in finding.sentence


def test_an_alias_of_our_host_brings_mail_but_is_forbidden(world):
    world.records("mail.example.com CNAME mx1.kuploy.test")
    finding = mx(world, "example.com MX 10 mail.example.com")
    assert (finding.state, finding.reaches_us) == (State.WRONG, True)
    assert "alias (CNAME) of mx1.kuploy.test" in finding.sentence


def test_no_mx_record(world):
    world.records("example.com A 192.0.2.99")
    finding = world.check(Kind.MX)
    assert finding.state is State.MISSING
    assert finding.sentence == "The name example.com exists, but has no MX record."
    assert finding.advice == "10 mx1.kuploy.test\n20 mx2.kuploy.test"
