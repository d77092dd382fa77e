import pytest

from domains.dns import Kind, State, WantedKey

from .server import KEY

NAME = "k1._domainkey.example.com"


def dkim(world, *texts):
    world.texts(NAME, *texts)
    return world.check(Kind.DKIM)


@pytest.mark.parametrize(
    "text",
    [
        f"v=DKIM1; k=rsa; p={KEY}",  # longer than 255, thus in two strings
        f"v=DKIM1;p={KEY};",
        f"p={KEY}",
        f" v = DKIM1 ; h=sha1:sha256; s=email; t=s; n=note; p= {KEY[:100]} \t {KEY[100:]} ",
    ],
)
def test_our_key_is_right_however_it_is_written(world, text):
    finding = dkim(world, text)
    assert finding.state is State.OK, finding.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v=DKIM1; k=rsa; p=", "revoked"),
        ("v=DKIM1; k=rsa; p=" + KEY[:-8] + "AAAAAAAA", "not ours"),
        (f"v=DKIM1; p={KEY[:230]}", "cut off: 230 of"),
        (f"v=DKIM1; k=ed25519; p={KEY}", "type ed25519"),
        (f"v=DKIM1; h=sha1; p={KEY}", "h=sha1"),
        (f"v=DKIM1; s=other; p={KEY}", "s=other"),
        (f"v=DKIM1; p=“{KEY}”", "not valid base64"),
        (f"v=DKIM2; p={KEY}", "begin with v=DKIM1"),
        (f"k=rsa; v=DKIM1; p={KEY}", "begin with v=DKIM1"),
        (f"v=DKIM1; k=rsa p={KEY}", "type rsa p="),
        (f"v=DKIM1; {KEY}", "is no tag"),
        (f"v=DKIM1; p={KEY}; p={KEY}", "is no tag"),
    ],
)
def test_a_faulty_key_is_told_with_the_reason(world, text, sentence):
    finding = dkim(world, text)
    assert finding.state is State.WRONG
    assert sentence in finding.sentence
    assert finding.advice == f"v=DKIM1; k=rsa; p={KEY}"


def test_testing_mode_is_noted(world):
    finding = dkim(world, f"v=DKIM1; t=y:s; p={KEY}")
    assert finding.state is State.OK
    assert "t=y" in finding.sentence


def test_two_keys_are_wrong(world):
    assert "2 DKIM keys" in dkim(world, f"v=DKIM1; p={KEY}", "v=DKIM1; p=").sentence


def test_a_wildcard_text_is_no_key(world):
    world.texts("*.example.com", "v=spf1 -all")
    world.records("*._domainkey.example.com CNAME x.example.com")
    finding = world.check(Kind.DKIM)
    assert finding.state is State.MISSING
    assert finding.found == ("v=spf1 -all",)


def test_an_alias_is_followed_into_another_zone(world):
    world.records(f"{NAME} CNAME k1.keys.kuploy.test", "k1.keys.kuploy.test CNAME real.test")
    world.texts("real.test", f"v=DKIM1; p={KEY}")
    assert world.check(Kind.DKIM).state is State.OK


def test_a_missing_key_is_told_with_what_to_publish(world):
    finding = world.check(Kind.DKIM)
    assert finding.state is State.MISSING
    assert f"{NAME} does not exist" in finding.sentence
    assert finding.advice == f"v=DKIM1; k=rsa; p={KEY}"


def test_the_next_key_is_looked_for_under_its_own_selector(world):
    world.texts(NAME.replace("k1", "k2"), f"v=DKIM1; k=rsa; p={KEY}")
    assert world.check(Kind.DKIM_NEXT).state is State.OK
    assert world.check(Kind.DKIM_SPARE).state is State.MISSING


TARGET = "abc.k1.keys.kuploy.test"
BY_CNAME = WantedKey("k1", KEY, TARGET)


def by_cname(world, *records):
    world.records(*records)
    return world.check(Kind.DKIM, keys={Kind.DKIM: BY_CNAME})


def test_a_cname_to_our_name_is_right(world):
    world.texts(TARGET, f"v=DKIM1; k=rsa; p={KEY}")
    finding = by_cname(world, f"{NAME} CNAME {TARGET}")
    assert finding.state is State.OK


def test_a_provider_may_answer_with_what_is_behind_the_cname(world):
    world.texts(NAME, f"v=DKIM1; k=rsa; p={KEY}")
    assert by_cname(world).state is State.OK


def test_a_cname_to_another_name_is_told_with_both(world):
    world.texts("xyz.k1.keys.kuploy.test", f"v=DKIM1; k=rsa; p={KEY[:-8]}AAAAAAAA")
    finding = by_cname(world, f"{NAME} CNAME xyz.k1.keys.kuploy.test")
    assert finding.state is State.WRONG
    assert f"alias (CNAME) of xyz.k1.keys.kuploy.test instead of {TARGET}" in finding.sentence
    assert (finding.found, finding.advice) == (("xyz.k1.keys.kuploy.test",), TARGET)


def test_a_cname_to_a_name_that_does_not_exist_is_told_the_same_way(world):
    finding = by_cname(world, f"{NAME} CNAME nowhere.test")
    assert (finding.state, finding.advice) == (State.WRONG, TARGET)


def test_a_right_cname_is_not_blamed_for_our_record(world):
    finding = by_cname(world, f"{NAME} CNAME {TARGET}")
    assert (finding.state, finding.advice) == (State.MISSING, "")
    assert "that is for us to do" in finding.sentence


def test_a_missing_cname_is_told_with_what_to_publish(world):
    finding = by_cname(world)
    assert (finding.state, finding.advice) == (State.MISSING, TARGET)


def test_a_key_of_before_in_place_of_the_cname_is_wrong(world):
    world.texts(NAME, f"v=DKIM1; p={KEY[:-8]}AAAAAAAA")
    finding = by_cname(world)
    assert (finding.state, finding.advice) == (State.WRONG, TARGET)
