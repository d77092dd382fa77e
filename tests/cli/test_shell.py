"""How it behaves in scripts, pipes and terminals."""

import json
import re
import stat
import subprocess

import pytest

from accounts.models import Token
from domains.models import Domain
from mailboxes.models import Mailbox
from tests.cli.conftest import COMMAND
from tests.conftest import PASSWORD, make_domain, make_mailbox

PATIENCE = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("aliases create a..b@acme.test x", 1, "local part: Use the letters a to z"),
        ("mailboxes create info@acme.test --size 5x", 2, "is no size: type 500MB"),
        ("mailboxes create info@acme.test", 2, "use --password-file"),
        ("domains show gone.test", 4, "There is no domain “gone.test” here."),
        ("domains remove acme.test", 2, "say --yes"),
        ("domains list --client Other", 4, "There is no such thing here."),
        ("api POST /domains", 1, ""),
    ],
)
def test_what_goes_wrong_is_said_and_has_its_code(run, domain, line, code, sentence):
    assert sentence in run(line, code=code).stderr


def test_a_token_that_is_not_good_is_3(run, environment, domain):
    Token.objects.update(scopes=["aliases:read"])
    assert "domains:read" in run("domains list", code=3).stderr
    environment["KUPLOY_TOKEN"] = "kuploy_wrong"
    assert "kuploy_wrong" not in run("domains list", code=3).stderr


def test_a_panel_that_is_away_is_5(run, environment):
    environment["KUPLOY_URL"] = "http://127.0.0.1:1"
    assert "cannot be reached" in run("usage account", code=5).stderr


def test_a_site_that_is_no_panel_is_said(run, environment):
    environment["KUPLOY_URL"] += "/nowhere"
    assert "No Kuploy panel answers" in run("usage account", code=5).stderr


def test_the_token_is_sent_only_where_nobody_listens(run, environment):
    environment["KUPLOY_URL"] = "http://panel.example.com"
    assert "has to begin with https://" in run("domains list", code=2).stderr


def test_a_pipe_gets_lines_with_tabs(kuploy, domain):
    assert kuploy("domains list") == "acme.test\tactive\tunknown\t0\t0\t\n"
    assert kuploy("domains list --quiet") == "acme.test\n"
    (row,) = kuploy("domains list --json").splitlines()
    assert json.loads(row)["id"] == str(domain.pk)
    assert json.loads(kuploy("domains show acme.test --json"))["name"] == "acme.test"


def test_all_pages_come(kuploy, acme):
    Domain.objects.bulk_create(Domain(account=acme, name=f"d{n:03}.test") for n in range(430))
    assert kuploy("domains list -q").split() == [f"d{n:03}.test" for n in range(430)]
    assert len(kuploy("domains list --limit 203").splitlines()) == 203


def test_a_reader_that_leaves_early_is_no_trouble(environment, domain):
    line = f"{' '.join(COMMAND)} domains list | true"
    done = subprocess.run(line, shell=True, env=environment, capture_output=True, text=True)
    assert done.stderr == ""


def test_a_terminal_gets_a_table_that_fits(terminal, domain):
    for n in range(3):
        make_mailbox(domain, f"{n}-{'long' * 12}")
    seen = terminal("mailboxes list")
    assert seen.splitlines()[0].split() == ["MAILBOX", "STATE", "SIZE", "NAME"]
    assert max(map(len, seen.splitlines())) <= 80
    assert "longlong@acme.test" in terminal("mailboxes list", columns=200)
    assert "There are none." in terminal("aliases list")


def test_what_others_wrote_does_nothing_to_a_terminal(terminal, kuploy, mailbox):
    Mailbox.objects.filter(pk=mailbox.pk).update(display_name="[red]x\x1b]0;owned\x07\ty")
    assert "[red]x ]0;owned  y" in terminal("mailboxes list", columns=200)
    assert len(kuploy("mailboxes list --search info").strip().split("\t")) == 4


def test_what_cannot_be_undone_wants_the_name(terminal, domain):
    assert "Nothing was done." in terminal("domains remove acme.test", "acme.tset\n")
    assert Domain.objects.get().status == "active"
    seen = terminal("domains remove acme.test --no-wait", "acme.test\n")
    assert "0 mailboxes and 0 aliases" in seen
    assert "acme.test is removed." in seen


def test_a_password_is_asked_for_and_not_shown(terminal, domain):
    seen = terminal("mailboxes create info@acme.test", f"{PASSWORD}\n{PASSWORD}\n")
    assert "info@acme.test is created" in seen
    assert PASSWORD not in seen


def test_time_runs_out_while_work_goes_on(run, mailbox):
    done = run("mailboxes delete info@acme.test --yes --timeout 1", code=6)
    assert "Look with: kuploy jobs show" in done.stderr


def test_a_key_makes_a_thing_once(kuploy, domain):
    first = kuploy("aliases create a@acme.test b@example.com --key order-1 --json")
    assert kuploy("aliases create a@acme.test b@example.com --key order-1 --json") == first


def test_a_shell_completes_nouns_and_names(run, environment, domain, acme):
    make_domain(acme, "other.test", proved=False)
    environment |= {"_KUPLOY_COMPLETE": "bash_complete", "COMP_CWORD": "3"}
    environment["COMP_WORDS"] = "kuploy domains show ac"
    assert run("").stdout == "plain,acme.test\n"
    environment |= {"COMP_CWORD": "1", "COMP_WORDS": "kuploy dom"}
    assert run("").stdout == "plain,domains\n"
    environment |= {"KUPLOY_URL": "http://127.0.0.1:1", "COMP_CWORD": "3"}
    environment["COMP_WORDS"] = "kuploy domains show ac"
    assert run("").stdout.strip() == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_each_shell_is_printed(kuploy, shell):
    assert "_KUPLOY_COMPLETE" in kuploy(f"completion {shell}")


def test_a_sign_in_is_kept_where_nobody_else_reads_it(terminal, run, environment, domain, tmp_path):
    url, token = environment.pop("KUPLOY_URL"), environment.pop("KUPLOY_TOKEN")
    assert "kuploy login" in run("domains list", code=2).stderr
    assert "Send a token of your account" in terminal("login", f"{url}\nkuploy_wrong\n")
    assert "The token is good." in terminal("login", f"{url}\n{token}\n")
    kept = tmp_path / ".config" / "kuploy" / "config.toml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "acme.test" in run("domains list").stdout
    kept.chmod(0o644)
    assert "chmod 600" in run("domains list", code=2).stderr


def test_a_token_comes_from_a_file(run, environment, domain, tmp_path):
    (tmp_path / "token").write_text(environment.pop("KUPLOY_TOKEN") + "\n")
    environment["KUPLOY_TOKEN_FILE"] = str(tmp_path / "token")
    assert "acme.test" in run("domains list").stdout


def test_no_option_takes_a_secret(kuploy):
    """Arguments stand in the process list and in the history."""
    for line in ("--help", "mailboxes create --help", "mailboxes password --help", "login --help"):
        assert not re.search(r"--(token|password)\b(?!-file)", kuploy(line))


def test_it_needs_nothing_of_the_panel(environment):
    code = "import sys, kuploy_cli.main; assert not {'django', 'accounts'} & set(sys.modules)"
    subprocess.run([COMMAND[0], "-c", code], env=environment, check=True)
