"""Changing the sign-in address: no way in for who knew the password once, no way out for typos."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import User
from tests.conftest import PASSWORD


def sign_in(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


@pytest.fixture
def signed_in(client, alice):
    sign_in(client, alice)
    return client


def mailed_path(message):
    return re.search(r"http://[^/]+(/\S+)", message.body)[1]


def test_a_reset_password_kills_a_change_that_was_under_way(signed_in, alice, mailoutbox):
    signed_in.post(reverse("account_email"), {"email": "evil@example.test", "action_add": ""})
    change = mailed_path(mailoutbox[-1])
    signed_in.post(reverse("account_logout"))
    signed_in.post(reverse("account_reset_password"), {"email": alice.email})
    form = signed_in.get(mailed_path(mailoutbox[-1]), follow=True)
    signed_in.post(
        form.redirect_chain[-1][0],
        {"password1": "quite another one", "password2": "quite another one"},
    )
    signed_in.post(change)
    alice.refresh_from_db()
    assert alice.email == "alice@example.test"


def test_a_mistyped_address_can_be_put_right_by_one_person_after_another(client, db):
    for person in (1, 2):
        user = User.objects.create_user(f"typo{person}@example.test", PASSWORD)
        EmailAddress.objects.create(user=user, email=user.email, primary=True)
        sign_in(client, user)
        right = f"right{person}@example.test"
        client.post(reverse("account_email"), {"email": right, "action_add": ""})
        client.post(reverse("account_logout"))
        user.refresh_from_db()
        assert user.email == right


def test_mailed_links_lead_to_the_panel_whatever_host_was_named(
    client, alice, mailoutbox, settings
):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        reverse("account_reset_password"), {"email": alice.email}, headers={"Host": "evil.test:1"}
    )
    assert f"{settings.BASE_URL}/auth/password/reset/key/" in mailoutbox[-1].body
