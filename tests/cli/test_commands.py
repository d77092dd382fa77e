"""The command `kuploy` against a panel that answers over HTTP."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from django.conf import settings
from kuploy_cli.main import main

from accounts.models import AuditEvent
from domains.models import Domain
from mailboxes.models import Alias, HostJob, Mailbox
from tests.api.conftest import new_program
from tests.conftest import PASSWORD, make_mailbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(live_server, acme, alice, tmp_path):
    secret = new_program(acme, alice).secret
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    return {"KUPLOY_URL": live_server.url, "KUPLOY_TOKEN": secret, "COLUMNS": "200", **home}


@pytest.fixture
def kuploy(environment):
    """`kuploy("domains list")` and what it printed; it fails where the command does."""

    def run(line: str, typed: str = "", fails: bool = False) -> str:
        result = CliRunner().invoke(main, line.split(), input=typed, env=environment)
        assert (result.exit_code != 0) == fails, result.output
        return result.output

    return run


def test_domains_are_listed_as_a_table(kuploy, domain, pending_other):
    lines = kuploy("domains list").splitlines()
    assert lines[0].split() == ["Domain", "Status", "Healthy", "Mailboxes", "Aliases"]
    assert lines[1].split()[:3] == ["acme.test", "active", "no"]
    assert "other.test" not in kuploy("domains list --status active")


@pytest.fixture
def pending_other(acme):
    return Domain.objects.create(account=acme, name="other.test")


def test_programs_get_json(kuploy, domain):
    (found,) = json.loads(kuploy("--json domains list"))
    assert found["id"] == str(domain.pk)


def test_all_pages_are_read(kuploy, acme):
    Domain.objects.bulk_create(Domain(account=acme, name=f"d{n:03}.test") for n in range(230))
    assert len(json.loads(kuploy("--json domains list --limit 0"))) == 230
    assert len(json.loads(kuploy("--json domains list --limit 3"))) == 3


def test_a_mailbox_lives_and_dies(kuploy, domain):
    said = kuploy("mailboxes create info@acme.test --size 2G --password-stdin", f"{PASSWORD}\n")
    assert "info@acme.test is ready, 2 GB." in said
    assert "is changed" in kuploy("mailboxes set info@acme.test --name Info --size 3G")
    box = Mailbox.objects.get(address="info@acme.test")
    assert (box.display_name, box.quota_bytes) == ("Info", 3 * 2**30)
    assert "is disabled" in kuploy("mailboxes disable info@acme.test")
    assert "is active" in kuploy("mailboxes enable info@acme.test")
    assert "Percent" in kuploy("mailboxes show info@acme.test")
    assert "Aborted" in kuploy("mailboxes delete info@acme.test", "n\n", fails=True)
    kuploy("mailboxes delete info@acme.test --yes --no-wait")
    box.refresh_from_db()
    assert box.state == "deleting"


def test_a_password_can_be_made_up(kuploy, domain):
    made = json.loads(kuploy("--json mailboxes create info@acme.test --generate"))
    assert len(made["password"]) == 20
    changed = json.loads(kuploy("--json mailboxes password info@acme.test --generate"))
    assert changed["password"] != made["password"]


def test_what_is_wrong_is_said_for_each_field(kuploy, domain):
    said = kuploy("mailboxes create a..b@nowhere.test --password-stdin", "short\n", fails=True)
    assert "local_part: Use the letters a to z" in said
    assert "domain: There is no active domain nowhere.test here." in said
    assert "password: This password is too short." in said
    assert "no size such as 8G" in kuploy("mailboxes create a@b.test --size 5x", fails=True)


def test_what_there_is_not_is_said(kuploy, domain):
    assert "There is no gone@acme.test here." in kuploy("mailboxes show gone@acme.test", fails=True)


def test_aliases(kuploy, domain):
    assert "is ready" in kuploy("aliases create team@acme.test a@example.com b@example.com")
    assert "is changed" in kuploy("aliases set team@acme.test c@example.com")
    assert Alias.objects.get().targets == ["c@example.com"]
    assert "team@acme.test" in kuploy("aliases list")
    assert "is gone" in kuploy("aliases delete team@acme.test")


def test_a_domain_is_added_with_what_to_publish(kuploy, acme):
    assert "new.test is added" in kuploy("domains add new.test")
    proof = Domain.objects.get().proof_name
    assert proof in kuploy("domains prove new.test")
    assert "v=DKIM1; k=rsa; p=" in kuploy("domains dns new.test")
    assert "is on its way to info@new.test" in kuploy("domains prove new.test --mail-to info")


def test_a_removal_is_waited_for(kuploy, domain, monkeypatch):
    make_mailbox(domain)
    monkeypatch.setattr("kuploy_cli.output.time.sleep", lambda _s: Domain.objects.all().delete())
    assert "acme.test is gone." in kuploy("domains remove acme.test --yes")
    assert HostJob.objects.exists()


def test_the_account_and_what_happened(kuploy, domain):
    assert "Acme" in kuploy("account")
    assert AuditEvent.objects.filter(action="token.made").exists()
    assert "Made the API token Deploy" in kuploy("activity")
    assert "acme.test" in kuploy("alerts")


def test_any_call_can_be_made(kuploy, domain):
    found = json.loads(kuploy("api GET /account"))
    assert found["name"] == "Acme"
    body = json.dumps({"address": "x@example.com"})
    kuploy(f"api PUT /domains/{domain.pk}/catch-all --body -", body)
    domain.refresh_from_db()
    assert domain.catch_all == "x@example.com"


def test_a_sign_in_is_kept_where_nobody_else_reads_it(environment, kuploy, tmp_path, domain):
    url, token = environment.pop("KUPLOY_URL"), environment.pop("KUPLOY_TOKEN")
    assert "run `kuploy login`" in kuploy("domains list", fails=True)
    assert "The token is not good" in kuploy("login", f"{url}\nkuploy_wrong\n", fails=True)
    assert token not in kuploy("login", f"{url}\n{token}\n")
    path = tmp_path / "kuploy" / "token"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "acme.test" in kuploy("domains list")
    path.chmod(0o644)
    assert "Others can read" in kuploy("domains list", fails=True)


def test_a_shell_completes_commands(kuploy):
    assert "_KUPLOY_COMPLETE" in kuploy("completion bash")


def test_a_panel_that_is_away_is_said(environment, kuploy, monkeypatch):
    monkeypatch.setattr("kuploy_cli.client.time.sleep", lambda _seconds: None)
    environment["KUPLOY_URL"] = "http://127.0.0.1:1"
    assert "The panel does not answer" in kuploy("account", fails=True)


def test_it_needs_nothing_of_the_panel(environment, domain):
    """A machine that has only this client runs it: no Django, no settings."""
    code = "import sys, kuploy_cli.main as m; assert 'django' not in sys.modules; m.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--json", "domains", "list"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{settings.BASE_DIR}/cli", **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)[0]["name"] == "acme.test"
