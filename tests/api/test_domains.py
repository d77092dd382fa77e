from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from domains.models import Domain, RecordCheck
from mailboxes.models import Mailbox
from tests.api.conftest import new_program
from tests.conftest import make_domain, make_mailbox


def test_a_domain_is_claimed_with_a_check_under_way(api, acme, queued):
    with queued() as jobs:
        response = api.post("/domains", {"name": "Bücher.example"})
    domain = Domain.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/domains/{domain.pk}"
    assert response.json()["name"] == "xn--bcher-kva.example"
    assert response.json()["unicode_name"] == "bücher.example"
    assert response.json()["status"] == "pending"
    assert jobs == [("domains.tasks.check_domain", str(domain.pk))]
    assert api.get(response["Location"].removeprefix("/api/v1")).json() == response.json()


def test_an_alias_domain_is_a_domain(api, domain):
    response = api.post("/domains", {"name": "other.test", "alias_of": "acme.test"})
    assert response.json()["alias_of"] == str(domain.pk)
    listed = api.get(f"/domains?alias_of={domain.pk}").json()
    assert [each["name"] for each in listed] == ["other.test"]


@pytest.mark.parametrize(
    ("sent", "pointer", "sentence"),
    [
        ({"name": "no name"}, "#/name", "is not a domain name"),
        (
            {"name": "a.test", "alias_of": "b.test"},
            "#/alias_of",
            "This account has no domain b.test",
        ),
        ({"name": 5}, "#/name", "valid string"),
        ({}, "#/name", "Field required"),
        ({"name": "a.test", "alias": "b.test"}, "#/alias", "not permitted"),
    ],
)
def test_what_is_wrong_is_said_for_each_field(api, sent, pointer, sentence):
    response = api.post("/domains", sent)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"].endswith("/api/v1/#invalid")
    assert problem["status"] == 422
    (entry,) = problem["errors"]
    assert entry["pointer"] == pointer
    assert sentence in entry["detail"]


def test_a_rule_that_says_no_comes_with_the_way_out(api, domain):
    problem = api.post("/domains", {"name": "acme.test"}).json()
    assert problem["type"].endswith("#refused")
    assert problem["detail"] == "acme.test is in this account already."
    assert problem["errors"] == []


def test_the_plan_is_obeyed(api, plan, domain):
    plan.domain_limit = 1
    plan.save()
    problem = api.post("/domains", {"name": "b.test"}).json()
    assert "Your plan holds 1 domain" in problem["detail"]


def test_domains_are_found_by_name_and_status(api, acme):
    for name in ("one.test", "two.test"):
        make_domain(acme, name)
    make_domain(acme, "one-more.test", proved=False)
    assert [each["name"] for each in api.get("/domains?q=one").json()] == [
        "one-more.test", "one.test",
    ]  # fmt: skip
    assert [each["name"] for each in api.get("/domains?q=one&status=active").json()] == ["one.test"]


def test_an_empty_list_is_an_empty_list(api):
    response = api.get("/domains")
    assert (response.status_code, response.json()) == (200, [])


def test_the_records_to_publish_say_what_was_found(api, domain):
    RecordCheck.objects.create(
        domain=domain, kind="spf", state="missing", found=["v=spf1 -all"], sentence="It is wrong.",
        checked_at=timezone.now(),
    )  # fmt: skip
    records = api.get(f"/domains/{domain.pk}/dns").json()
    assert {each["kind"] for each in records} == {"mx", "spf", "dkim", "dmarc"}
    spf = next(each for each in records if each["kind"] == "spf")
    assert (spf["type"], spf["host"], spf["state"]) == ("TXT", "@", "missing")
    assert (spf["found"], spf["sentence"]) == (["v=spf1 -all"], "It is wrong.")


def test_a_check_is_a_job_with_an_address(api, pending, queued):
    with queued() as jobs:
        response = api.post(f"/domains/{pending.pk}/dns/checks")
    assert response.status_code == 202
    assert jobs == [("domains.tasks.check_domain", str(pending.pk))]
    job = response["Location"].removeprefix("/api/v1")
    assert api.get(job).json()["state"] == "running"
    Domain.objects.update(checked_at=timezone.now())
    assert api.get(job).json()["state"] == "done"


def test_a_hasty_second_check_is_refused(api, pending):
    api.post(f"/domains/{pending.pk}/dns/checks")
    problem = api.post(f"/domains/{pending.pk}/dns/checks").json()
    assert "is being checked, or was moments ago" in problem["detail"]


def test_a_job_is_another_tenants_business(api, pending, charlie, program):
    job = api.post(f"/domains/{pending.pk}/dns/checks")["Location"].removeprefix("/api/v1")
    stranger = new_program(charlie.memberships.get().account, charlie)
    assert stranger.get(job).status_code == 404
    assert api.get(job + "x").status_code == 404
    assert program("mailboxes:read").get(job).status_code == 403


def test_ownership_is_proved_with_a_mailed_code(api, pending):
    path = f"/domains/{pending.pk}/ownership"
    wanted = api.get(path).json()
    assert [each["type"] for each in wanted["records"]] == ["A", "TXT"]
    assert wanted["code"] is None
    sent = api.post(f"{path}/code", {"local_part": "postmaster"})
    assert sent.json()["code"]["address"] == "postmaster@acme.test"
    code = next(line for line in mail.outbox[-1].body.splitlines() if line.strip()[:4].isdigit())
    wrong = api.post(f"{path}/proof", {"code": "0000 0000"})
    assert wrong.json()["errors"][0]["pointer"] == "#/code"
    right = api.post(f"{path}/proof", {"code": code.strip()})
    assert (right.status_code, right.json()["status"]) == (200, "active")


def test_the_catch_all_is_chosen(api, domain):
    path = f"/domains/{domain.pk}/catch-all"
    assert api.put(path, {"address": "x@example.com"}).json()["catch_all"] == "x@example.com"
    (entry,) = api.put(path, {"address": "nonsense"}).json()["errors"]
    assert entry["pointer"] == "#/address"


def test_what_servers_do_that_cannot_deliver_encrypted_is_chosen(api, domain):
    path = f"/domains/{domain.pk}/mta-sts"
    assert api.put(path, {"mode": "testing"}).json()["mta_sts"] == "testing"
    offered = api.get(f"/domains/{domain.pk}/dns/recommended").json()
    assert "_mta-sts" in [each["host"] for each in offered]
    assert "Choose testing" in api.put(path, {"mode": "enforce"}).json()["detail"]
    [entry] = api.put(path, {"mode": "always"}).json()["errors"]
    assert entry["pointer"] == "#/mode"


def test_mail_is_taken_early(api, domain):
    path = f"/domains/{domain.pk}/early-delivery"
    assert api.put(path, {"on": True}).json()["deliver_here"] is True
    Domain.objects.update(proved_at=timezone.now() - timedelta(days=31))
    assert "too long ago" in api.put(path, {"on": True}).json()["detail"]


def test_a_domain_is_removed_by_a_job(api, domain):
    make_mailbox(domain)
    response = api.delete(f"/domains/{domain.pk}")
    assert response.status_code == 202
    job = response["Location"].removeprefix("/api/v1")
    assert api.get(job).json()["state"] == "running"
    assert api.delete(f"/domains/{domain.pk}").status_code == 403
    Mailbox.objects.all().delete()
    Domain.objects.all().delete()
    assert api.get(job).json()["state"] == "done"


def test_what_a_domain_holds(api, domain):
    make_mailbox(domain)
    assert api.get(f"/domains/{domain.pk}/usage").json() == {
        "bytes": 0, "messages": 0, "mailboxes": 1, "aliases": 0,
    }  # fmt: skip


def test_recommended_records_are_a_list_of_their_own(api, domain):
    listed = api.get(f"/domains/{domain.pk}/dns/recommended").json()
    assert [each["kind"] for each in listed][:2] == ["autoconfig", "autodiscover"]
    assert listed[0]["host"] == "autoconfig"
    assert "Thunderbird" in listed[0]["gives"]
    assert {each["state"] for each in listed} == {"unknown"}
    required = api.get(f"/domains/{domain.pk}/dns").json()
    assert not {each["kind"] for each in required} & {each["kind"] for each in listed}
