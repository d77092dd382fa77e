"""Plans and clients of resellers."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Account, Plan, User
from accounts.services import open_account
from mailboxes.models import Mailbox
from tests.api.conftest import new_program
from tests.conftest import GB, make_domain, make_mailbox


@pytest.fixture
def harbour(plan):
    harry = User.objects.create_user("harry@harbour.test")
    EmailAddress.objects.create(user=harry, email=harry.email, primary=True, verified=True)
    harbour = open_account(name="Harbour", owner=harry)
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    harbour.refresh_from_db()
    return harbour


@pytest.fixture
def api(harbour):
    return new_program(harbour, harbour.memberships.get().user)


@pytest.fixture
def small(api):
    sent = {"name": "Small", "mailbox_limit": 2, "prices": {"8": "1.50"}}
    response = api.post("/plans", sent)
    assert response.status_code == 201, response.text
    return response.json()


@pytest.fixture
def client_of(api, small):
    sent = {"name": "Acme", "email": "owner@acme.test", "plan_id": small["id"]}
    response = api.post("/clients", sent)
    assert response.status_code == 201, response.text
    return response.json()


def test_a_plan_is_made(small):
    assert (small["name"], small["mailbox_limit"]) == ("Small", 2)
    assert (small["prices"], small["retired"]) == ({"8": "1.50"}, False)
    assert small["default_size_bytes"] == 8 * GB


def test_only_what_is_sent_changes(api, small):
    changed = api.patch(f"/plans/{small['id']}", {"domain_limit": 3, "api": False}).json()
    assert changed == {**small, "domain_limit": 3, "api": False}
    changed = api.patch(f"/plans/{small['id']}", {"mailbox_limit": None}).json()
    assert changed["mailbox_limit"] is None


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"mailbox_limit": -1}, "#/mailbox_limit"),
        ({"allowed_sizes_gb": [13]}, "#/allowed_sizes_gb"),
        ({"prices": {"8": "-1"}}, "#/prices/8"),
        ({"prices": {"9": "1"}}, "#/prices/9"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(api, small, sent, pointer):
    problem = api.patch(f"/plans/{small['id']}", sent).json()
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_a_plan_is_retired_and_offered_again(api, small):
    path = f"/plans/{small['id']}"
    assert api.post(f"{path}/retire").json()["retired"] is True
    assert api.get("/plans?retired=false").json() == []
    assert api.post(f"{path}/offer-again").json()["retired"] is False
    assert api.delete(path).status_code == 204


def test_a_plan_that_somebody_has_is_not_deleted(api, small, client_of):
    problem = api.delete(f"/plans/{small['id']}").json()
    assert problem["detail"] == "A plan in use cannot be deleted, only retired."


def test_a_client_is_made_and_its_owner_asked_in(api, small, client_of, posted):
    assert (client_of["plan"], client_of["plan_id"]) == ("Small", small["id"])
    assert posted()[-1].to == ["owner@acme.test"]
    (listed,) = api.get("/clients?q=acm").json()
    assert listed == client_of


def test_what_is_wrong_with_a_client_is_said(api, small):
    sent = {"name": "", "email": "x", "plan_id": "00000000-0000-0000-0000-000000000000"}
    problem = api.post("/clients", sent).json()
    assert {each["pointer"] for each in problem["errors"]} == {"#/name", "#/email", "#/plan_id"}


def test_a_plan_that_is_not_on_offer_is_said(api, small):
    api.post(f"/plans/{small['id']}/retire")
    sent = {"name": "Acme", "email": "owner@acme.test", "plan_id": small["id"]}
    (entry,) = api.post("/clients", sent).json()["errors"]
    assert (entry["pointer"], entry["detail"]) == (
        "#/plan_id", "There is no such thing on offer here.",
    )  # fmt: skip


def test_the_owner_is_asked_in_again(api, client_of, posted):
    api.post(f"/clients/{client_of['id']}/invitation", {"email": "other@acme.test"})
    assert posted()[-1].to == ["other@acme.test"]


def test_a_client_gets_another_plan_when_it_fits(api, client_of):
    account = Account.objects.get(pk=client_of["id"])
    domain = make_domain(account, "acme.test")
    for name in ("a", "b"):
        make_mailbox(domain, name)
    tiny = api.post("/plans", {"name": "Tiny", "mailbox_limit": 1}).json()
    path = f"/clients/{client_of['id']}/plan"
    problem = api.put(path, {"plan_id": tiny["id"]}).json()
    assert "Acme does not fit into Tiny" in problem["detail"]
    moved = api.put(path, {"plan_id": tiny["id"], "block_excess": True}).json()
    assert moved["plan"] == "Tiny"
    assert Mailbox.objects.filter(state="blocked").count() == 1
    event = account.audit_events.filter(action="account.plan_changed").get()
    assert (event.reseller_name, event.token_name) == ("Harbour", "Deploy")


def test_a_client_is_suspended_and_resumed(api, client_of):
    path = f"/clients/{client_of['id']}"
    wanted = {"step": 20, "reason": "The invoice is open."}
    assert api.put(f"{path}/suspension", wanted).json()["suspension"] == 20
    assert api.post(f"{path}/resume").json()["suspension"] == 0
    assert api.put(f"{path}/suspension", {"step": 7, "reason": "x"}).status_code == 422


def test_a_resellers_plan_is_its_own_business(api, acme, small):
    assert Plan.objects.get(name="Small").owner_id != acme.pk
    assert api.get("/plans").json() == [small]


def test_a_plan_that_somebody_else_changed_stays(api, small):
    path = f"/plans/{small['id']}"
    tag = api.get(path)["ETag"]
    assert api.patch(path, {"domain_limit": 3}, If_Match=tag).status_code == 200
    assert api.patch(path, {"domain_limit": 4}, If_Match=tag).status_code == 412
