import pytest

from domains.dns import Kind, State


def dmarc(world, *texts, name="example.com"):
    world.texts(f"_dmarc.{name}", *texts)
    return world.check(Kind.DMARC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v=DMARC1; p=none", "only watches"),
        ("v=DMARC1;p=Reject;rua=mailto:a@b.test!10m,https://r.test/x;", "p=reject applies"),
        ("v = DMARC1 ; p=quarantine; pct=20; adkim=s; aspf=r; fo=1:d; ri=3600", "20% of forged"),
        ("v=DMARC1; p=none; x=own", "only watches"),
    ],
)
def test_a_readable_policy_is_right(world, text, sentence):
    finding = dmarc(world, "other text", text)
    assert finding.state is State.OK
    assert sentence in finding.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v=DMARC1", "needs a policy"),
        ("v=DMARC1; p=nothing", "needs a policy"),
        ("v=DMARC1; p=none; sp=some", "sp=some"),
        ("v=DMARC1; p=none; pct=101", "pct=101"),
        ("v=DMARC1; p=none; adkim=x", "adkim=x"),
        ("v=DMARC1; p=none; rua=reports@b.test", "reports@b.test"),
        ("v=DMARC1; p=none; rua", "is no tag"),
    ],
)
def test_a_faulty_policy_is_told_with_the_reason(world, text, sentence):
    finding = dmarc(world, text)
    assert finding.state is State.WRONG
    assert sentence in finding.sentence


def test_two_policies_count_as_none(world):
    assert "2 DMARC records" in dmarc(world, "v=DMARC1; p=none", "v=DMARC1; p=reject").sentence


@pytest.mark.parametrize("text", ["p=none; v=DMARC1", "v=dmarc1; p=none", "v=DMARC10; p=none"])
def test_a_record_that_begins_otherwise_is_none(world, text):
    assert dmarc(world, text).state is State.MISSING


def test_the_organization_above_speaks_for_a_subdomain(world):
    world.texts("_dmarc.example.com", "v=DMARC1; p=reject")
    finding = world.check(Kind.DMARC, name="shop.eu.example.com")
    assert finding.state is State.OK
    assert "_dmarc.example.com counts for this domain too" in finding.sentence


def test_a_record_of_its_own_comes_first(world):
    world.texts("_dmarc.example.com", "v=DMARC1; p=reject")
    world.texts("_dmarc.shop.example.com", "v=DMARC1; p=oops")
    assert world.check(Kind.DMARC, name="shop.example.com").state is State.WRONG


def test_a_public_suffix_above_does_not_speak(world):
    world.texts("_dmarc.co.uk", "v=DMARC1; p=reject")
    assert world.check(Kind.DMARC, name="shop.co.uk").state is State.MISSING


REPORTS = "dmarc@reports.kuploy.test"


def advice(world, *texts, **wanted):
    if texts:
        world.texts("_dmarc.example.com", *texts)
    return world.check(Kind.DMARC, reports_address=REPORTS, **wanted).advice


def test_without_a_record_one_with_our_address_is_asked_for(world):
    assert advice(world) == f"v=DMARC1; p=none; rua=mailto:{REPORTS}"
    assert world.check(Kind.DMARC).advice == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    ("theirs", "better"),
    [
        ("v=DMARC1; p=reject", f"v=DMARC1; p=reject; rua=mailto:{REPORTS}"),
        (
            "v=DMARC1;p=none ; rua=mailto:a@b.test!10m , https://r.test/x; sp=reject",
            "v=DMARC1; p=none; rua=mailto:a@b.test!10m,https://r.test/x,"
            f"mailto:{REPORTS}; sp=reject",
        ),
        ("v=DMARC1; p=none; rua=", f"v=DMARC1; p=none; rua=mailto:{REPORTS}"),
        (f"v=DMARC1; p=none; rua=MAILTO:{REPORTS.upper()}!5m", ""),
        ("v=DMARC1; p=none; x=caf\u00e9", ""),
    ],
)
def test_a_record_without_our_address_is_right_and_may_be_better(world, theirs, better):
    world.texts("_dmarc.example.com", theirs)
    finding = world.check(Kind.DMARC, reports_address=REPORTS)
    assert (finding.state, finding.advice) == (State.OK, better)
    assert ("With our address" in finding.sentence) == bool(better)


@pytest.mark.parametrize(
    ("above", "own"),
    [
        ("v=DMARC1; p=reject", f"v=DMARC1; p=reject; rua=mailto:{REPORTS}"),
        ("v=DMARC1; p=none; sp=reject", f"v=DMARC1; p=reject; rua=mailto:{REPORTS}"),
        (f"v=DMARC1; p=none; rua=mailto:{REPORTS}", ""),
    ],
)
def test_a_domain_under_anothers_record_may_have_one_of_its_own_that_names_us(world, above, own):
    assert advice(world, above, name="shop.example.com") == own
