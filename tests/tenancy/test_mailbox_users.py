"""The user of a mailbox: nobody in the panel, and only in the own mailbox."""

from django.conf import settings
from django.urls import reverse

from mailboxes.own.http import mailbox_user
from tests.conftest import PASSWORD
from tests.tenancy.test_routes import OWN_ROUTES, TENANT_ROUTES, address_of, both_methods


def test_every_route_of_a_mailboxs_user_goes_through_the_guard():
    guards = {name: getattr(entry.callback, "guard", None) for name, entry in OWN_ROUTES.items()}
    assert guards == dict.fromkeys(OWN_ROUTES, mailbox_user)
    assert len(OWN_ROUTES) > 5


def test_no_address_of_a_mailboxs_user_names_a_mailbox():
    """So none can lead to another one's: the session alone says which it is."""
    assert not any(entry.pattern.converters for entry in OWN_ROUTES.values())


def is_sent_away(client, method) -> bool:
    way_in = reverse("own:sign_in")
    found = [getattr(client, method)(reverse(name)) for name in OWN_ROUTES]
    return {(each.status_code, each.get("Location")) for each in found} == {(302, way_in)}


@both_methods
def test_nobody_sees_a_mailboxs_page_without_its_password(client, ours, alice, charlie, method):
    assert is_sent_away(client, method)
    for person in (alice, charlie):
        client.force_login(person)
        assert is_sent_away(client, method)


@both_methods
def test_the_user_of_a_mailbox_is_nobody_in_the_panel(client, acme, ours, method):
    enter_mailbox(client, "info@acme.test")
    for name in TENANT_ROUTES:
        response = getattr(client, method)(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 302)
        assert response.url.startswith(reverse(settings.LOGIN_URL))


def test_the_user_of_a_mailbox_sees_no_other_one(client, ours, theirs):
    enter_mailbox(client, "info@elsewhere.test")
    for name in OWN_ROUTES:
        response = client.get(reverse(name))
        assert response.status_code in (200, 405)
        assert "acme.test" not in response.text


def enter_mailbox(client, address: str) -> None:
    typed = {"address": address, "password": PASSWORD}
    assert client.post(reverse("own:sign_in"), typed).status_code == 302
