"""What each noun can do."""

import json

import pytest

from domains.models import Domain
from mailboxes.models import Alias, HostJob, Mailbox
from tests.conftest import PASSWORD, make_mailbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mailbox_lives_and_dies(kuploy, domain):
    made = kuploy("mailboxes create info@acme.test --size 2GB --password-file -", f"{PASSWORD}\n")
    assert made == "info@acme.test is created: 2 GB.\n"
    kuploy("mailboxes resize info@acme.test 3GB")
    kuploy("mailboxes rename info@acme.test Desk")
    box = Mailbox.objects.get(address="info@acme.test")
    assert (box.display_name, box.quota_bytes) == ("Desk", 3 * 2**30)
    kuploy("mailboxes disable info@acme.test postmaster@acme.test")
    assert set(Mailbox.objects.values_list("state", flat=True)) == {"disabled"}
    kuploy("mailboxes enable info@acme.test")
    kuploy("mailboxes delete info@acme.test --yes --no-wait")
    box.refresh_from_db()
    assert box.state == "deleting"


def test_a_password_comes_from_a_file_or_is_made_up(kuploy, mailbox, tmp_path):
    before = mailbox.password_hash
    (tmp_path / "password").write_text("another good one\n")
    said = kuploy(f"mailboxes password info@acme.test --password-file {tmp_path / 'password'}")
    mailbox.refresh_from_db()
    assert mailbox.password_hash != before
    assert "another good one" not in said
    made_up = kuploy("mailboxes password info@acme.test --generate --quiet")
    assert len(made_up.strip()) == 20


def test_a_mailbox_forwards_and_answers(kuploy, mailbox, tmp_path):
    said = kuploy("mailboxes forwarding info@acme.test --to a@example.com --no-copy")
    assert said == "Forwards to\ta@example.com\nKeeps a copy\tno\n"
    assert "a@example.com" not in kuploy("mailboxes forwarding info@acme.test --off")
    said = kuploy(
        "mailboxes auto-reply info@acme.test --on --subject Away --text-file - "
        "--last-day 2099-01-31",
        "Back in February.\n",
    )
    assert "Last day\t2099-01-31" in said
    assert "On\tno" in kuploy("mailboxes auto-reply info@acme.test --off")


def test_servers_are_told_to_deliver_encrypted(kuploy, domain):
    assert "_mta-sts" not in kuploy("domains records acme.test --recommended")
    assert "MTA-STS of acme.test is testing." in kuploy("domains mta-sts acme.test testing")
    assert "_mta-sts" in kuploy("domains records acme.test --recommended")
    assert "_mta-sts" not in kuploy("domains records acme.test")


def test_aliases(kuploy, domain):
    assert "leads to a@example.com" in kuploy("aliases create team@acme.test a@example.com")
    kuploy("aliases change team@acme.test b@example.com c@example.com")
    assert Alias.objects.get().targets == ["b@example.com", "c@example.com"]
    assert kuploy("aliases list") == "team@acme.test\tb@example.com, c@example.com\n"
    kuploy("aliases delete team@acme.test")
    assert not Alias.objects.exists()


def test_a_domain_is_added_with_the_way_to_its_proof(run, acme):
    done = run("domains add new.test")
    assert (done.stdout, "proof new.test" in done.stderr) == ("new.test is added.\n", True)
    proof = Domain.objects.get().proof_name
    assert proof in run("domains proof new.test").stdout
    assert "info@new.test" in run("domains send-code new.test info").stdout
    assert "v=DKIM1; k=rsa; p=" in run("domains records new.test").stdout


def test_what_a_domain_allows_is_changed_in_part(kuploy, domain):
    kuploy("domains limits acme.test --mailboxes 7 --largest-size 4GB")
    kuploy("domains limits acme.test --largest-size none")
    domain.refresh_from_db()
    assert (domain.mailbox_limit, domain.largest_size_bytes) == (7, None)
    kuploy("domains catch-all acme.test x@example.com")
    domain.refresh_from_db()
    assert domain.catch_all == "x@example.com"


def test_a_removal_goes_on_after_the_answer(kuploy, domain):
    make_mailbox(domain)
    job = json.loads(kuploy("domains remove acme.test --yes --no-wait --json"))
    assert job["state"] == "running"
    assert HostJob.objects.exists()
    assert json.loads(kuploy(f"jobs show {job['id']} --json"))["kind"] == "domain_removal"


def test_the_account_and_what_happened(kuploy, mailbox):
    assert "Account\tAcme" in kuploy("usage account")
    assert "Full\t0 %" in kuploy("usage mailbox info@acme.test")
    assert "Mailboxes\t1" in kuploy("usage domain acme.test")
    assert "Made the API token Deploy" in kuploy("audit list")
    assert "acme.test" in kuploy("alerts list")


def test_webhooks(kuploy, acme):
    secret = kuploy("webhooks add https://hook.example.com/a --kind quota_95 -q").strip()
    assert secret.startswith("whsec_")
    listed = "https://hook.example.com/a\tactive\tquota_95\n"
    assert kuploy("webhooks list") == listed
    assert secret not in kuploy("webhooks renew-secret https://hook.example.com/a")
    kuploy("webhooks remove https://hook.example.com/a --yes")
    assert kuploy("webhooks list") == ""
    assert kuploy("deliveries list") == ""


def test_any_call_can_be_made(kuploy, domain):
    assert json.loads(kuploy("api GET /account"))["name"] == "Acme"
    body = json.dumps({"address": "x@example.com"})
    kuploy(f"api PUT /domains/{domain.pk}/catch-all --body -", body)
    domain.refresh_from_db()
    assert domain.catch_all == "x@example.com"


def test_a_list_is_sent_checked_and_discarded(kuploy, domain):
    found = json.loads(kuploy("imports send alias - --no-wait --json", "address;targets\n"))
    assert (found["status"], found["file_name"]) == ("validating", "import.csv")
    assert found["id"] in kuploy("imports list")
    assert kuploy(f"imports rows {found['id']}") == ""
    assert "File\timport.csv" in kuploy(f"imports show {found['id']}")


def test_migrations_are_listed_and_shown(kuploy, mailbox):
    add = "migrations add imap.example.com - --since 2026-01-31 --no-wait --json"
    made = json.loads(kuploy(add, "user;password;here\ninfo;old one;info@acme.test\n"))
    assert (made["port"], made["security"], made["since"]) == (993, "tls", "2026-01-31")
    assert "imap.example.com" in kuploy("migrations list")
    assert "info@acme.test" in kuploy(f"migrations mailboxes {made['id']}")
    kuploy(f"migrations pause {made['id']}")
    kuploy(f"migrations remove {made['id']} --yes")
    assert kuploy("migrations list") == ""
