import dns.rcode
import pytest

from domains.dns import Kind, State
from domains.dns.spf_record import SyntaxFaultError, parse


def spf(world, *texts, **changes):
    world.texts("example.com", *texts)
    return world.check(Kind.SPF, **changes)


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 include:spf.kuploy.test ~all",
        "V=SPF1 INCLUDE:SPF.kuploy.test. -ALL",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
        "v=spf1   a:relay.kuploy.test   -all",
        "v=spf1 a:relay.kuploy.test/24//64 -all",
        "v=spf1 mx:kuploy.test -all",
        "v=spf1 redirect=spf.kuploy.test",
        "v=spf1 -ip4:203.0.113.0/24 include:spf.kuploy.test ?all exp=why.example.com",
        "v=spf1 include:%{i}.spf.example.net include:spf.kuploy.test -all",
        "v=spf1 ptr include:spf.kuploy.test ~all",
    ],
)
def test_a_record_that_allows_us_is_right_however_it_is_written(world, text):
    world.records("relay.kuploy.test A 192.0.2.10", "relay.kuploy.test AAAA 2001:db8::10")
    world.records("kuploy.test MX 5 relay.kuploy.test")
    finding = spf(world, "google-site-verification=x", text)
    assert finding.state is State.OK, finding.sentence
    assert finding.found == (text,)


@pytest.mark.parametrize(
    ("text", "sentence", "advice"),
    [
        ("v=spf1 mx -all", "-all rejects it", "v=spf1 mx include:spf.kuploy.test -all"),
        ("v=spf1 a ~all", "softfail", "v=spf1 a include:spf.kuploy.test ~all"),
        ("v=spf1 mx", "neutral", "v=spf1 mx include:spf.kuploy.test"),
        ("v=spf1 ?include:spf.kuploy.test ~all", "neutral", "v=spf1 include:spf.kuploy.test ~all"),
        (
            "v=spf1 ip4:192.0.2.10 ~all",  # our IPv6 address is not allowed
            "2001:db8::10",
            "v=spf1 ip4:192.0.2.10 include:spf.kuploy.test ~all",
        ),
        (
            "v=spf1 -ip4:192.0.2.0/24 ip6:2001:db8::10 mx -all",
            "-ip4:192.0.2.0/24 rejects it",
            "v=spf1 include:spf.kuploy.test -ip4:192.0.2.0/24 ip6:2001:db8::10 mx -all",
        ),
        (
            "v=spf1 mx redirect=other.test",
            "redirect=other.test rejects it",
            "v=spf1 mx include:spf.kuploy.test redirect=other.test",
        ),
        (
            "v=spf1 exists:mx.other.test -all",
            "whole world to send for the domain (exists:mx.other.test)",
            "v=spf1 exists:mx.other.test include:spf.kuploy.test -all",
        ),
        ("v=spf1 +all", "whole world", "v=spf1 include:spf.kuploy.test ~all"),
        (
            "v=spf1 include:spf.kuploy.test all",
            "whole world",
            "v=spf1 include:spf.kuploy.test ~all",
        ),
        (
            "v=spf1 exists:%{i}.allow.test -all",
            "a macro (exists:%{i}.allow.test)",
            "v=spf1 include:spf.kuploy.test exists:%{i}.allow.test -all",
        ),
    ],
)
def test_a_record_that_does_not_allow_us_is_wrong(world, text, sentence, advice):
    world.texts("other.test", "v=spf1 -all")
    world.records("example.com MX 10 mx.other.test", "mx.other.test A 203.0.113.9")
    world.records("example.com A 203.0.113.9")
    finding = spf(world, text)
    assert finding.state is State.WRONG
    assert sentence in finding.sentence
    assert finding.advice == advice


def test_following_the_advice_turns_it_green(world):
    advice = spf(world, "v=spf1 -ip4:192.0.2.0/24 a:old.test -all").advice
    del world.data["example.com", "TXT"]
    assert spf(world, advice).state is State.OK


def test_no_record_is_told_with_what_to_publish(world):
    finding = spf(world, "some other text")
    assert finding.state is State.MISSING
    assert finding.advice == "v=spf1 include:spf.kuploy.test ~all"


def test_two_records_are_wrong_and_made_one(world):
    finding = spf(
        world, "v=spf1 mx -all", "v=spf1 include:a.test redirect=b.test", "v=spf1 mx ~all"
    )
    assert finding.state is State.WRONG
    assert "3 SPF records" in finding.sentence
    assert finding.advice == (
        "v=spf1 include:a.test include:b.test mx include:spf.kuploy.test ~all"
    )


def test_a_record_in_quotation_marks_goes_unread(world):
    finding = spf(world, '"v=spf1 mx -all"')
    assert finding.state is State.WRONG
    assert "goes unread" in finding.sentence
    assert finding.advice == "v=spf1 mx include:spf.kuploy.test -all"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("v=spf1 ipv4:192.0.2.10 -all", "ipv4:192.0.2.10"),
        ("v=spf1 ip4:192.0.2.300 -all", "ip4:192.0.2.300"),
        ("v=spf1 ip4:2001:db8::1 -all", "ip4:2001:db8::1"),
        ("v=spf1 include -all", "include"),
        ("v=spf1 a: -all", "a:"),
        ("v=spf1 a:example.com/33 -all", "a:example.com/33"),
        ("v=spf1 a:192.0.2.1 -all", "a:192.0.2.1"),
        ("v=spf1 include:x..y -all", "include:x..y"),
        ("v=spf1 -all:x", "-all:x"),
        ("v=spf1 redirect=a.test redirect=b.test", "redirect=b.test"),
        ("v=spf1 include:ex\u00e4mple.com -all", "include:ex"),
        ("v=spf1, mx", None),
    ],
)
def test_a_syntax_error_names_the_term(world, text, term):
    finding = spf(world, text)
    if term is None:
        assert finding.state is State.MISSING or "goes unread" in finding.sentence
        return
    assert finding.state is State.WRONG
    assert f"“{term}" in finding.sentence


def test_eleven_lookups_are_too_many(world):
    names = [f"n{i}.test" for i in range(11)]
    for name in names:
        world.texts(name, "v=spf1 ip4:203.0.113.1 -all")
    text = "v=spf1 " + " ".join(f"include:{name}" for name in names)
    finding = spf(world, f"{text} -all")
    assert finding.state is State.WRONG
    assert "more than 10 DNS look-ups" in finding.sentence


def test_lookups_of_included_records_count_too(world):
    world.texts("deep.test", "v=spf1 " + " ".join(f"a:n{i}.test" for i in range(9)) + " -all")
    world.records(*(f"n{i}.test A 203.0.113.1" for i in range(9)))
    assert spf(world, "v=spf1 include:spf.kuploy.test include:deep.test -all").state is State.WRONG


def test_ten_lookups_are_not_too_many(world):
    world.texts("deep.test", "v=spf1 " + " ".join(f"a:n{i}.test" for i in range(8)) + " -all")
    world.records(*(f"n{i}.test A 203.0.113.1" for i in range(8)))
    assert spf(world, "v=spf1 include:spf.kuploy.test include:deep.test -all").state is State.OK


def test_without_room_for_one_more_lookup_our_addresses_are_advised(world):
    names = [f"n{i}.test" for i in range(10)]
    world.records(*(f"{name} A 203.0.113.1" for name in names))
    text = "v=spf1 " + " ".join(f"a:{name}" for name in names)
    assert spf(world, f"{text} -all").advice == f"{text} ip4:192.0.2.10 ip6:2001:db8::10 -all"


def test_records_that_include_each_other_end(world):
    world.texts("round.test", "v=spf1 include:trip.test -all")
    world.texts("trip.test", "v=spf1 include:round.test -all")
    finding = spf(world, "v=spf1 include:round.test -all")
    assert "more than 10 DNS look-ups" in finding.sentence


def test_three_names_that_hold_nothing_are_too_many(world):
    finding = spf(world, "v=spf1 a:x.test a:y.test a:z.test include:spf.kuploy.test -all")
    assert finding.state is State.WRONG
    assert "3 names that do not exist" in finding.sentence


def test_an_include_without_a_record_breaks_the_whole(world):
    finding = spf(world, "v=spf1 include:gone.test include:spf.kuploy.test -all")
    assert finding.state is State.WRONG
    assert "gone.test" in finding.sentence


def test_an_include_that_cannot_be_looked_up_says_nothing_about_the_record(world):
    world.servers["127.0.0.1"].rcodes["shaky.test", "TXT"] = dns.rcode.SERVFAIL
    finding = spf(world, "v=spf1 include:shaky.test include:spf.kuploy.test -all")
    assert finding.state is State.UNREACHABLE
    assert "looking up shaky.test" in finding.sentence


def test_a_whole_sending_network_must_be_allowed(world):
    changes = {"sending_networks": ("192.0.2.0/24",)}
    assert spf(world, "v=spf1 ip4:192.0.2.10 -all", **changes).state is State.WRONG


def test_a_megabyte_of_terms_is_refused_unread():
    with pytest.raises(SyntaxFaultError):
        parse(b"v=spf1 " + b"a " * 500_000)
