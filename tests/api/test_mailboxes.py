import pytest
from django.utils import timezone

from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.conftest import GB, PASSWORD, make_domain, make_mailbox

NEW = {"local_part": "Info", "domain": "acme.test", "password": PASSWORD}


@pytest.fixture
def path(mailbox):
    return f"/mailboxes/{mailbox.pk}"


def test_a_mailbox_is_created_with_the_size_of_the_plan(api, domain, plan):
    response = api.post("/mailboxes", NEW)
    assert response.status_code == 201
    made = response.json()
    assert (made["address"], made["state"]) == ("info@acme.test", "active")
    assert made["quota_bytes"] == plan.default_size_bytes
    assert response["Location"] == f"/api/v1/mailboxes/{made['id']}"
    assert PASSWORD not in response.text


def test_all_that_is_wrong_is_said_at_once(api, domain):
    sent = {"local_part": "a b", "domain": "nowhere.test", "password": "short", "quota_bytes": 5}
    problem = api.post("/mailboxes", sent).json()
    assert {each["pointer"] for each in problem["errors"]} == {
        "#/local_part", "#/domain", "#/password", "#/quota_bytes",
    }  # fmt: skip
    assert "short" not in problem["detail"]


@pytest.mark.parametrize("sent", ["new", "changed"])
def test_the_sizes_on_offer_are_said(api, domain, mailbox, plan, sent):
    if sent == "new":
        problem = api.post("/mailboxes", {**NEW, "local_part": "x", "quota_bytes": 5}).json()
    else:
        problem = api.patch(f"/mailboxes/{mailbox.pk}", {"quota_bytes": 5}).json()
    (entry,) = problem["errors"]
    assert entry["pointer"] == "#/quota_bytes"
    assert entry["detail"].startswith("Choose one of these: 1073741824 (1 GB), 2147483648 (2 GB),")


def test_the_languages_on_offer_are_said(api, path):
    problem = api.patch(path, {"language": "xx"}).json()
    assert problem["errors"][0]["detail"].startswith("Choose one of these: en, ")


def test_only_what_is_sent_changes(api, mailbox, path):
    changed = api.patch(path, {"display_name": "Info desk"}).json()
    assert (changed["display_name"], changed["quota_bytes"]) == ("Info desk", GB)
    changed = api.patch(path, {"quota_bytes": 2 * GB}).json()
    assert (changed["display_name"], changed["quota_bytes"]) == ("Info desk", 2 * GB)


def test_null_is_not_left_out(api, path):
    assert api.patch(path, {"display_name": None}).status_code == 422


def test_the_postmasters_size_is_fixed(api, domain):
    box = Mailbox.objects.get(local_part="postmaster")
    changed = api.patch(f"/mailboxes/{box.pk}", {"quota_bytes": 8 * GB})
    assert changed.json()["quota_bytes"] == box.quota_bytes


def test_a_password_is_changed(api, mailbox, path):
    before = mailbox.password_hash
    assert api.put(f"{path}/password", {"password": "another good one"}).status_code == 200
    mailbox.refresh_from_db()
    assert mailbox.password_hash != before
    problem = api.put(f"{path}/password", {"password": "short"}).json()
    assert problem["errors"][0]["pointer"] == "#/password"


def test_a_mailbox_is_disabled_and_enabled(api, path):
    assert api.post(f"{path}/disable").json()["state"] == "disabled"
    assert "has changed" in api.post(f"{path}/disable").json()["detail"]
    assert api.post(f"{path}/enable").json()["state"] == "active"


def test_open_sessions_are_ended(api, mailbox, path):
    assert api.post(f"{path}/end-sessions").status_code == 200
    assert HostJob.objects.filter(kind="kick", mailbox_id=mailbox.pk).exists()


def test_mailboxes_are_found(api, acme, domain, mailbox):
    other = make_mailbox(make_domain(acme, "other.test"), "sales")

    def found(query: str) -> list[str]:
        return [each["address"] for each in api.get(f"/mailboxes?{query}").json()]

    assert found("q=sales") == ["sales@other.test"]
    assert found(f"domain={other.domain_id}") == ["postmaster@other.test", "sales@other.test"]
    assert found("state=disabled") == []
    Usage.objects.create(username="info@acme.test", bytes=GB, messages=1, updated_at=timezone.now())
    assert found("over=80") == []


def test_how_full_it_is(api, mailbox, path):
    Usage.objects.create(
        username=mailbox.address, bytes=GB // 2, messages=7, updated_at=timezone.now()
    )
    usage = api.get(f"{path}/usage").json()
    assert (usage["bytes"], usage["messages"], usage["percent"]) == (GB // 2, 7, 50)
    assert usage["days"][-1]["messages"] == 7


def test_a_measurement_is_a_job(api, mailbox, path):
    response = api.post(f"{path}/measurements")
    job = response["Location"].removeprefix("/api/v1")
    assert (response.status_code, api.get(job).json()["state"]) == (202, "running")
    HostJob.objects.all().delete()
    assert api.get(job).json()["state"] == "done"


def test_a_deletion_is_a_job_that_ends_when_the_mail_is_gone(api, mailbox, path):
    response = api.delete(path)
    assert response.status_code == 202
    job = response["Location"].removeprefix("/api/v1")
    assert api.get(job).json()["state"] == "running"
    assert api.get(path).json()["state"] == "deleting"
    assert api.delete(path).status_code == 403
    HostJob.objects.update(attempts=1)
    assert "The mail host is away" in api.get(job).json()["detail"]
    mailbox.delete()
    assert api.get(job).json()["state"] == "done"


def test_the_postmaster_mailbox_goes_only_with_its_domain(api, domain):
    box = Mailbox.objects.get(local_part="postmaster")
    problem = api.delete(f"/mailboxes/{box.pk}").json()
    assert problem["detail"] == "The postmaster mailbox goes only with its domain."


def test_forwarding(api, path):
    wanted = {"forward_to": ["A@Example.com", "b@example.com"], "keep_copy": False}
    changed = api.put(f"{path}/forwarding", wanted).json()
    assert changed == {"forward_to": ["a@example.com", "b@example.com"], "keep_copy": False}
    assert api.get(f"{path}/forwarding").json() == changed
    problem = api.put(f"{path}/forwarding", {"forward_to": ["x"]}).json()
    assert problem["errors"][0]["pointer"] == "#/forward_to"


def test_auto_reply(api, path):
    wanted = {"on": True, "subject": "Away", "text": "Back soon.", "first_day": "2030-01-02"}
    changed = api.put(f"{path}/auto-reply", wanted).json()
    assert changed == {**wanted, "last_day": None}
    wrong = {**wanted, "last_day": "2030-01-01"}
    problem = api.put(f"{path}/auto-reply", wrong).json()
    assert problem["errors"][0]["pointer"] == "#/last_day"


def test_an_alias_lives_and_dies(api, domain):
    sent = {"local_part": "team", "domain": "acme.test", "targets": ["a@example.com"]}
    made = api.post("/aliases", sent)
    assert made.status_code == 201
    path = f"/aliases/{made.json()['id']}"
    assert [each["address"] for each in api.get("/aliases").json()] == ["team@acme.test"]
    changed = api.patch(path, {"targets": ["b@example.com", "c@example.com"]}).json()
    assert changed["targets"] == ["b@example.com", "c@example.com"]
    itself = api.patch(path, {"targets": ["team@acme.test"]}).json()
    assert itself["errors"][0]["detail"] == "An alias cannot go to itself."
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_the_account_says_what_its_plan_holds(api, mailbox, plan):
    found = api.get("/account").json()
    assert found["name"] == "Acme"
    assert found["mailboxes"] == {"used": 1, "limit": plan.mailbox_limit}


def test_who_did_what(api, domain):
    api.post("/mailboxes", NEW)
    event = api.get("/audit-events?q=info").json()[0]
    assert event["who"] == "Deploy (token of alice@example.test)"
    assert (event["token"], event["action"]) == ("Deploy", "mailbox.created")
    assert event["sentence"] == "Created the mailbox info@acme.test"
    assert str(event["id"]).count("-") == 4
