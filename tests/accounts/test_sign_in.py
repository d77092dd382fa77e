import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as configured
from django.urls import reverse
from redis import Redis

from tests.conftest import PASSWORD
from tests.totp import code_of

URL = reverse("account_login")


def sign_in(client, email="alice@example.test", password=PASSWORD, **more):
    return client.post(URL, {"login": email, "password": password}, **more)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["alice@example.test", "ALICE@Example.TEST"])
def test_the_address_and_the_password_let_in(client, acme, email):
    assert sign_in(client, email, follow=True).request["PATH_INFO"] == "/acme/"


def test_a_wrong_password_does_not(client, acme):
    assert sign_in(client, password="wrong horse").status_code == 200
    assert not is_in(client)


def test_a_nul_is_refused(client, acme):
    assert sign_in(client, "alice\0@example.test", "a\0b").status_code == 200


def test_five_wrong_tries_close_the_door_for_all_processes(client, acme):
    for _try in range(5):
        sign_in(client, password="wrong horse")
    response = sign_in(client)
    assert "Too many" in response.text
    assert not is_in(client)
    # Counted in Redis, not in this process.
    assert any(b"allauth:rl" in key for key in Redis.from_url(configured.REDIS_URL).scan_iter())


def test_somebody_elses_wrong_tries_do_not_lock_others_out(client, acme, bob):
    for _try in range(5):
        sign_in(client, password="wrong horse")
    sign_in(client, "bob@example.test")
    assert is_in(client)


@pytest.fixture
def secret(alice):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    return secret


def test_a_second_factor_is_asked_for(client, acme, secret):
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert not is_in(client)


def test_the_right_code_lets_in(client, acme, secret):
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert is_in(client)


def test_a_wrong_code_does_not(client, acme, secret):
    sign_in(client)
    wrong = f"{(int(code_of(secret)) + 1) % 10**6:06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": wrong}).status_code == 200
    assert not is_in(client)


def test_a_code_works_once(client, acme, secret):
    sign_in(client)
    code = code_of(secret)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.logout()
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(client)


@pytest.fixture
def freshly_signed_in(client, acme):
    """Has typed the password again, as the pages about the sign-in ask for."""
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
        "account_email", "account_change_password", "usersessions_list",
        "account_reauthenticate", "account_logout",
    ],
)  # fmt: skip
def test_the_pages_about_ones_own_sign_in_show(freshly_signed_in, name):
    assert freshly_signed_in.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_the_pages_before_the_sign_in_show(client, plan, name):
    assert client.get(reverse(name)).status_code == 200


def test_a_passkey_sign_in_offers_a_challenge(client, plan):
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["challenge"]


def test_an_authenticator_app_is_set_up_with_a_code(freshly_signed_in, alice):
    page = freshly_signed_in.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    freshly_signed_in.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=alice, type="totp").exists()


def test_a_forgotten_password_is_reset_by_mail(client, acme, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "alice@example.test"})
    link = next(word for word in mailoutbox[0].body.split() if "/auth/" in word)
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    new = "another good horse"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, password=new).status_code == 302
