import re
from pathlib import Path

import pytest

from accounts.sentences import SENTENCES, sentence

ROOT = Path(__file__).resolve().parents[2]
ACTION = re.compile(r'audit\(.*?"([a-z]+\.[a-z_]+)"', re.DOTALL)


def actions() -> set[str]:
    """Every action that the code writes down."""
    apps = ("accounts", "domains", "mailboxes", "notifications", "quotas")
    files = [file for app in apps for file in (ROOT / app).rglob("*.py")]
    return {action for file in files for action in ACTION.findall(file.read_text())}


def test_every_action_has_words():
    assert "domain.proved" in actions()
    assert actions() - SENTENCES.keys() == set()


@pytest.mark.parametrize(
    ("action", "details", "words"),
    [
        ("mailbox.created", {"size": 1}, "Created the mailbox info@acme.test"),
        ("never.seen", {}, "never.seen info@acme.test"),
        ("domain.code_sent", {}, "domain.code_sent info@acme.test"),
    ],
)
def test_it_falls_back_to_the_code(action, details, words):
    assert sentence(action, "info@acme.test", details) == words


def test_a_name_with_a_percent_sign_is_only_a_name():
    assert sentence("account.renamed", "100 %(x)s", {}) == "Renamed the account to 100 %(x)s"
