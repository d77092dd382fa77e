import pytest
from django.urls import reverse

from accounts.models import Account, Role, User
from tests.accounts.test_invite import UNSENDABLE
from tests.conftest import PASSWORD

TYPED = {"organisation": "Müller & Söhne", "email": "Dora@Example.test", "password1": PASSWORD}
pytestmark = pytest.mark.django_db


@pytest.fixture
def url(plan):
    return reverse("account_signup")


def test_it_opens_an_account_with_its_owner_on_the_plan_for_newcomers(client, url, plan):
    assert client.post(url, TYPED).status_code == 302
    account = Account.objects.get()
    assert (account.name, account.slug, account.plan) == ("Müller & Söhne", "muller-sohne", plan)
    seat = account.memberships.get()
    assert (seat.user.email, seat.role) == ("dora@example.test", Role.OWNER)


def test_it_leads_into_the_new_account(client, url):
    response = client.post(url, TYPED, follow=True)
    assert response.request["PATH_INFO"] == "/muller-sohne/"


def test_it_is_written_down(client, url):
    client.post(url, TYPED)
    event = Account.objects.get().audit_events.get()
    assert (event.action, event.actor_name) == ("account.opened", "dora@example.test")


def test_the_name_may_be_left_out(client, url):
    client.post(url, {**TYPED, "organisation": ""})
    assert Account.objects.get().name == "dora"


@pytest.mark.parametrize("password", ["short", "password", "12345678", "dora@example.test"])
def test_a_weak_password_is_refused(client, url, password):
    client.post(url, {**TYPED, "password1": password})
    assert not User.objects.exists()


@pytest.mark.parametrize("email", [UNSENDABLE, f"{'x' * 300}@example.test"])
def test_an_address_that_nobody_can_write_to_is_refused_where_it_was_typed(client, url, email):
    assert client.post(url, {**TYPED, "email": email}).context["form"].errors.keys() == {"email"}
    assert not User.objects.exists()


def test_an_account_named_by_a_long_address_has_as_much_of_it_as_a_name_may(client, url):
    client.post(url, {**TYPED, "organisation": "", "email": f"{'x' * 200}@example.test"})
    assert Account.objects.get().name == "x" * 120


@pytest.mark.parametrize("name", ["organisation", "email", "password1"])
def test_a_nul_is_refused(client, url, name):
    assert client.post(url, {**TYPED, name: "a\0b@example.test"}).status_code == 200
    assert not User.objects.exists()


def test_one_address_signs_up_once_however_it_is_written(client, url):
    client.post(url, TYPED)
    client.logout()
    client.post(url, {**TYPED, "email": "DORA@example.TEST"})
    assert User.objects.count() == 1


def test_closed_means_closed(client, url, settings):
    settings.SIGNUP_OPEN = False
    assert client.get(url).status_code == 200
    client.post(url, TYPED)
    assert not User.objects.exists()
