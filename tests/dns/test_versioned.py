"""MTA-STS and TLS-RPT: one TXT record each, beginning with its version."""

import pytest

from domains.dns import Kind, State

STS, TLS = "_mta-sts.example.com", "_smtp._tls.example.com"
RIGHT = "v=STSv1; id=20261128a;"


@pytest.mark.parametrize("text", [RIGHT, "v=STSv1;id=20261128a", "v=STSv1 ; id=20261128a; x=y;"])
def test_the_id_of_the_policy_is_right(world, text):
    world.texts(STS, "other text", text)
    finding = world.check(Kind.MTA_STS)
    assert (finding.state, finding.advice, finding.found) == (State.OK, "", (text,))


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["v=STSv1; id=old"], "servers that know another one go on with that"),
        (["v=STSv1;"], "The id is not that of the policy"),
        ([RIGHT, "v=STSv1; id=old"], "There are 2 MTA-STS records"),
        (["v=STSv1; 20261128a"], "“20261128a” is no field"),
    ],
)
def test_what_is_wrong_comes_with_what_to_publish(world, texts, sentence):
    world.texts(STS, *texts)
    finding = world.check(Kind.MTA_STS)
    assert finding.state is State.WRONG
    assert sentence in finding.sentence
    assert finding.advice == RIGHT


@pytest.mark.parametrize("text", ["v=stsv1; id=20261128a", "v=STSv10; id=a", "id=a; v=STSv1"])
def test_a_record_that_begins_otherwise_is_none(world, text):
    world.texts(STS, text)
    finding = world.check(Kind.MTA_STS)
    assert finding.state is State.MISSING
    assert "none that begins with v=STSv1." in finding.sentence


def test_none_at_all_is_missing(world):
    assert world.check(Kind.MTA_STS).state is State.MISSING
    assert world.check(Kind.TLS_RPT).state is State.MISSING


def test_the_record_may_stand_behind_an_alias(world):
    world.records(f"{STS} CNAME sts.kuploy.test")
    world.texts("sts.kuploy.test", RIGHT)
    assert world.check(Kind.MTA_STS).state is State.OK


@pytest.mark.parametrize(
    "text",
    [
        "v=TLSRPTv1; rua=mailto:tls@kuploy.test",
        "v=TLSRPTv1;rua=https://reports.example.net/tls, mailto:a@example.com;",
    ],
)
def test_reports_may_go_wherever_somebody_reads_them(world, text):
    world.texts(TLS, text)
    assert world.check(Kind.TLS_RPT).state is State.OK


@pytest.mark.parametrize("text", ["v=TLSRPTv1; rua=tls@kuploy.test", "v=TLSRPTv1; ruf=x"])
def test_reports_that_go_nowhere_are_wrong(world, text):
    world.texts(TLS, text)
    finding = world.check(Kind.TLS_RPT)
    assert finding.state is State.WRONG
    assert "which is not an address" in finding.sentence
    assert finding.advice == "v=TLSRPTv1; rua=mailto:tls@kuploy.test"


def test_the_name_of_the_policy_leads_to_the_panel(world):
    world.records("mta-sts.example.com CNAME panel.kuploy.test")
    assert world.check(Kind.MTA_STS_HOST).state is State.OK
