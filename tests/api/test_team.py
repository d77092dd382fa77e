"""Members and invitations, as programs see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, User
from tests.conftest import make_domain


def member(api, email):
    return next(each for each in api.get("/members").json() if each["email"] == email)


def test_members_are_listed_with_their_roles(api, acme, bob, domain):
    Membership.objects.filter(user=bob).update(role=Role.POSTMASTER, domain_ids=[domain.pk])
    alice, listed = api.get("/members").json()
    assert (alice["email"], alice["role"], alice["domains"]) == ("alice@example.test", "owner", [])
    assert (listed["role"], listed["domains"]) == ("postmaster", ["acme.test"])
    assert api.get(f"/members/{listed['id']}").json() == listed


def test_a_list_of_members_costs_the_same_for_many(api, acme, domain):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            api.get("/members")
        return len(queries)

    before = cost()
    for number in range(10):
        user = User.objects.create_user(f"p{number}@example.test")
        Membership.objects.create(
            user=user, account=acme, role=Role.POSTMASTER, domain_ids=[domain.pk]
        )
    assert cost() <= before + 1  # the names of the chosen domains


def test_a_role_is_changed(api, bob, domain):
    path = f"/members/{member(api, bob.email)['id']}"
    wanted = {"role": "postmaster", "domains": ["acme.test"]}
    changed = api.put(f"{path}/role", wanted).json()
    assert (changed["role"], changed["domains"]) == ("postmaster", ["acme.test"])
    tag = api.get(path)["ETag"]
    assert api.put(f"{path}/role", {"role": "manager"}, If_Match=tag).status_code == 200
    assert api.put(f"{path}/role", {"role": "viewer"}, If_Match=tag).status_code == 412


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"role": "king"}, "#/role"),
        ({"role": "postmaster"}, "#/domains"),
        ({"role": "postmaster", "domains": ["elsewhere.test"]}, "#/domains"),
    ],
)
def test_what_is_wrong_with_a_role_is_said(api, bob, charlie, wanted, pointer):
    make_domain(charlie.memberships.get().account, "elsewhere.test")
    problem = api.put(f"/members/{member(api, bob.email)['id']}/role", wanted).json()
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_the_last_owner_stays(api, alice):
    path = f"/members/{member(api, alice.email)['id']}"
    assert "needs an owner" in api.put(f"{path}/role", {"role": "viewer"}).json()["detail"]
    assert "needs an owner" in api.delete(path).json()["detail"]


def test_a_member_is_removed(api, acme, bob):
    assert api.delete(f"/members/{member(api, bob.email)['id']}").status_code == 204
    assert not acme.memberships.filter(user=bob).exists()
    assert acme.audit_events.latest("pk").token_name == "Deploy"


def test_somebody_is_asked_in_once_for_each_key(api, acme, posted):
    new = {"email": "Dora@example.test", "role": "manager"}
    first = api.post("/invitations", new, Idempotency_Key="one")
    again = api.post("/invitations", new, Idempotency_Key="one")
    assert (first.status_code, first.content) == (201, again.content)
    made = first.json()
    assert (made["email"], made["role"], made["sent_at"]) == ("dora@example.test", "manager", None)
    assert [message.to for message in posted()] == [["dora@example.test"]]
    (listed,) = api.get("/invitations").json()
    assert listed["sent_at"]
    assert api.get(first["Location"].removeprefix("/api/v1")).json() == listed


def test_an_invitation_is_withdrawn(api, acme):
    made = api.post("/invitations", {"email": "dora@example.test", "role": "viewer"}).json()
    assert api.delete(f"/invitations/{made['id']}").status_code == 204
    assert api.get("/invitations").json() == []
    assert api.get(f"/invitations/{made['id']}").status_code == 404


def test_who_is_in_is_not_asked_in(api, bob):
    problem = api.post("/invitations", {"email": bob.email, "role": "viewer"}).json()
    assert "is in this account already" in problem["detail"]


def test_a_managers_token_does_nothing_with_the_team(api, alice):
    Membership.objects.filter(user=alice).update(role=Role.MANAGER)
    assert api.get("/members").status_code == 403
    assert api.post("/invitations", {"email": "a@b.test", "role": "owner"}).status_code == 403
