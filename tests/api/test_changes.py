"""ETags: what was read, and whether it still is so when it is changed."""

import pytest

from accounts.models import User
from accounts.services import open_account
from mailboxes.models import Alias, Mailbox
from tests.api.conftest import new_program
from tests.concurrency import at_once
from tests.conftest import first_plan, make_alias, make_domain, make_mailbox


@pytest.fixture
def path(mailbox):
    return f"/mailboxes/{mailbox.pk}"


def test_what_has_not_changed_is_not_sent_again(api, path):
    tag = api.get(path)["ETag"]
    again = api.get(path, If_None_Match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    api.patch(path, {"display_name": "Other"})
    assert api.get(path, If_None_Match=tag).status_code == 200


def test_a_change_answers_with_the_new_tag(api, path):
    changed = api.patch(path, {"display_name": "Other"})
    assert api.get(path)["ETag"] == changed["ETag"]


def test_a_change_of_what_somebody_else_changed_is_refused(api, mailbox, path):
    tag = api.get(path)["ETag"]
    Mailbox.objects.filter(pk=mailbox.pk).update(display_name="By another")
    response = api.patch(path, {"display_name": "Mine"}, If_Match=tag)
    assert response.status_code == 412
    assert response.json()["type"].endswith("#changed")
    mailbox.refresh_from_db()
    assert mailbox.display_name == "By another"


@pytest.mark.parametrize("other", ["", '"x", ', 'W/"x", '])
def test_a_change_of_what_is_as_it_was_seen_is_made(api, path, other):
    tag = api.get(path)["ETag"]
    response = api.patch(path, {"display_name": "Mine"}, If_Match=other + tag)
    assert (response.status_code, response.json()["display_name"]) == (200, "Mine")


def test_any_state_will_do_for_a_star(api, path):
    assert api.patch(path, {"display_name": "Mine"}, If_Match="*").status_code == 200


def test_a_part_has_a_tag_of_its_own(api, path):
    tag = api.get(f"{path}/forwarding")["ETag"]
    api.patch(path, {"display_name": "Other"})
    wanted = {"forward_to": ["a@example.com"]}
    assert api.put(f"{path}/forwarding", wanted, If_Match=tag).status_code == 200
    assert api.put(f"{path}/forwarding", wanted, If_Match=tag).status_code == 412


def test_what_has_changed_is_not_deleted(api, domain):
    alias = make_alias(domain, "team", "a@example.com")
    path = f"/aliases/{alias.pk}"
    tag = api.get(path)["ETag"]
    api.patch(path, {"targets": ["b@example.com"]})
    assert api.delete(path, If_Match=tag).status_code == 412
    assert Alias.objects.exists()


def test_what_another_tenant_has_is_not_found_whatever_its_tag(api, charlie, path):
    stranger = new_program(charlie.memberships.get().account, charlie)
    response = stranger.patch(path, {"display_name": "x"}, If_Match=api.get(path)["ETag"])
    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_who_saw_the_same_one_changes_it():
    first_plan()
    owner = User.objects.create_user("olga@example.test")
    account = open_account(name="Many", owner=owner)
    box = make_mailbox(make_domain(account, "many.test"))
    api, path = new_program(account, owner), f"/mailboxes/{box.pk}"
    tag = api.get(path)["ETag"]

    def change(name: str):
        return lambda: api.patch(path, {"display_name": name}, If_Match=tag).status_code

    assert sorted(at_once(*map(change, "abcd"))) == [200, 412, 412, 412]
