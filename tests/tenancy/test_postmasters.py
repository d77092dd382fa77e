"""Who looks after chosen domains: a person, or the service account postmaster@."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.audit import Actor
from accounts.models import Membership, Role, User
from accounts.roles import FOR_PEOPLE
from mailboxes.models import Mailbox
from mailboxes.services import change_password
from tests.conftest import PASSWORD
from tests.tenancy.test_mailbox_users import enter_mailbox
from tests.tenancy.test_routes import (
    ROUTES_WITH_AN_ID,
    TENANT_ROUTES,
    above,
    act_of,
    address_of,
    answers,
    both_methods,
    things_of,
    up_to,
)


@pytest.fixture(params=["person", "service account"])
def postmaster(request, client, acme, ours):
    """Looks after acme.test only, while the account has more."""
    if request.param == "service account":
        enter_as_postmaster(client, "acme.test")
        return client
    user = User.objects.create_user("post@example.test")
    Membership.objects.create(
        user=user, account=acme, role=Role.POSTMASTER, domain_ids=[ours["domain_id"]]
    )
    client.force_login(user)
    return client


def enter_as_postmaster(client, domain: str) -> None:
    box = Mailbox.objects.get(address=f"postmaster@{domain}")
    change_password(mailbox=box, password=PASSWORD, actor=Actor.system(box.account))
    enter_mailbox(client, box.address)


def open_to_postmaster(client) -> list[str]:
    """A service account has nobody who could be told of anything."""
    personal = FOR_PEOPLE if "_auth_user_id" not in client.session else ()
    return [name for name in up_to(Role.POSTMASTER) if act_of(name) not in personal]


@pytest.fixture
def not_chosen(acme):
    return things_of(acme, "not-chosen.test")


@both_methods
def test_a_postmaster_does_not_find_domains_not_chosen(postmaster, acme, not_chosen, method):
    routes = set(ROUTES_WITH_AN_ID) & set(open_to_postmaster(postmaster))
    assert set(answers(postmaster, method, routes, acme, not_chosen).values()) == {404}
    assert len(routes) > 10


def test_a_postmaster_does_not_manage(postmaster, acme, ours):
    found = answers(postmaster, "post", above(Role.POSTMASTER), acme, ours)
    assert found == dict.fromkeys(above(Role.POSTMASTER), 403)


def test_a_postmaster_reaches_the_chosen_domains(postmaster, acme, ours):
    found = answers(postmaster, "get", open_to_postmaster(postmaster), acme, ours)
    assert set(found.values()) == {200}


@both_methods
def test_a_service_account_is_told_of_nothing(client, acme, ours, method):
    enter_as_postmaster(client, "acme.test")
    routes = [name for name in TENANT_ROUTES if act_of(name) in FOR_PEOPLE]
    assert answers(client, method, routes, acme, ours) == dict.fromkeys(routes, 403)
    assert len(routes) > 5


@both_methods
def test_the_postmaster_of_another_tenant_is_sent_to_sign_in(client, acme, ours, theirs, method):
    enter_as_postmaster(client, "elsewhere.test")
    for name in TENANT_ROUTES:
        response = getattr(client, method)(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 302)
        assert response.url.startswith(reverse(settings.LOGIN_URL))


def test_a_postmaster_sees_only_the_chosen_domains(postmaster, acme, not_chosen):
    for name in set(open_to_postmaster(postmaster)) - set(ROUTES_WITH_AN_ID):
        response = postmaster.get(address_of(name, acme, {}))
        # Downloads are streamed.
        assert b"not-chosen.test" not in b"".join(response)


@pytest.mark.parametrize("name", ["mailboxes:add", "mailboxes:add_alias"])
def test_a_postmaster_creates_nothing_in_domains_not_chosen(postmaster, acme, not_chosen, name):
    typed = {
        "local_part": "sly", "domain": "not-chosen.test", "password": "correct horse battery",
        "quota_bytes": 2**30, "targets": "x@example.test",
    }  # fmt: skip
    response = postmaster.post(address_of(name, acme, {}), typed)
    assert response.status_code == 422
    assert "There is no active domain not-chosen.test here" in response.text
