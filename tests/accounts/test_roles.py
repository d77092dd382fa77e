"""What each role may do is said once in the code and once in the docs, and both are the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Membership
from accounts.roles import Act, Role

ROOT = Path(settings.BASE_DIR)


def test_the_documentation_has_the_table_of_the_code():
    lines = (ROOT / "docs/roles.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and ("yes" in line or "no" in line)]
    assert rows == [row_of(act) for act in Act]


def row_of(act: Act) -> str:
    cells = ("yes" if role >= act.role else "no" for role in Role)
    return f"| {act.words} | {' | '.join(cells)} |"


def test_templates_ask_for_acts_that_exist():
    asked = {
        name.upper()
        for page in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\bmay\.(\w+)", page.read_text())
    }
    assert asked <= {act.name for act in Act}
    assert len(asked) > 5


@pytest.mark.parametrize("role", Role)
def test_a_seat_may_do_what_its_role_may(role):
    seat = Membership(role=role)
    assert {act for act in Act if seat.allows(act)} == {act for act in Act if act.role <= role}
    assert seat.may["edit_team"] == seat.allows(Act.EDIT_TEAM)
