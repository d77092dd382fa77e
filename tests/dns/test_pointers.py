"""Names below the domain lead to the panel, by whatever way."""

import pytest

from domains.dns import Kind, State

OURS = "192.0.2.80"
NAMES = {Kind.AUTOCONFIG: "autoconfig", Kind.AUTODISCOVER: "autodiscover"}


@pytest.fixture(autouse=True)
def _panel(world):
    world.records(f"panel.kuploy.test A {OURS}")


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("record", ["CNAME panel.kuploy.test", f"A {OURS}"])
def test_it_leads_to_the_panel(world, kind, record):
    world.records(f"{NAMES[kind]}.example.com {record}")
    finding = world.check(kind)
    assert (finding.state, finding.advice) == (State.OK, "")


@pytest.mark.parametrize("kind", NAMES)
def test_one_that_leads_elsewhere_is_told_with_where(world, kind):
    world.records(f"{NAMES[kind]}.example.com A 203.0.113.5")
    finding = world.check(kind)
    assert finding.state is State.WRONG
    assert "leads to 203.0.113.5, which is not us" in finding.sentence
    assert finding.advice == "panel.kuploy.test"


def test_a_wildcard_that_answers_for_all_names_leads_elsewhere(world):
    world.records("*.example.com A 203.0.113.5")
    assert world.check(Kind.AUTODISCOVER).state is State.WRONG


def test_none_is_missing(world):
    assert world.check(Kind.AUTOCONFIG).state is State.MISSING
