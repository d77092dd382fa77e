"""Who gets in with a token, and what it opens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.api.guard import GUESSES_PER_MINUTE
from accounts.models import Account, AuditEvent, Membership, Role, Token, User
from accounts.tokens import revoke_token
from tests.api.conftest import new_program
from tests.conftest import make_domain, make_mailbox


def test_a_token_opens_its_account(api, domain):
    response = api.get("/domains")
    assert response.status_code == 200
    assert [each["name"] for each in response.json()] == ["acme.test"]


def test_the_secret_is_stored_nowhere(api):
    row = Token.objects.filter(pk=api.token.pk).values().get()
    assert api.secret not in str(row)
    assert api.secret.startswith("kuploy_")
    assert api.secret.endswith(row["hint"])


BAD = ["", "Bearer", "Bearer ", "Bearer x", "Bearer kuploy_x", "Basic YTpi", "kuploy_x"]


@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_good_token_is_answered_alike(api, typed):
    response = api.get("/domains", Authorization=typed)
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json() == api.get("/domains", Authorization="Bearer kuploy_no").json()


def test_a_session_opens_nothing(as_alice, domain):
    assert as_alice.get("/api/v1/domains").status_code == 401


def test_an_expired_token_is_no_token(program):
    api = program(expires_at=timezone.now() + timedelta(days=1))
    assert api.get("/domains").status_code == 200
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get("/domains").status_code == 401


def test_a_revoked_token_ends_at_once(api, actor):
    revoke_token(token=api.token, actor=actor)
    assert api.get("/domains").status_code == 401


def test_a_token_ends_with_the_seat_of_its_maker(acme, alice, actor):
    carol = User.objects.create_user("carol@example.test")
    seat = Membership.objects.create(user=carol, account=acme, role=Role.MANAGER)
    api = new_program(acme, carol)
    assert api.get("/domains").status_code == 200
    services.change_role(membership=seat, role=Role.VIEWER, domain_ids=[], actor=actor)
    assert api.get("/domains").status_code == 401
    services.remove_member(membership=seat, actor=actor)
    Membership.objects.create(user=carol, account=acme, role=Role.OWNER)
    assert api.get("/domains").status_code == 401


def test_a_token_of_somebody_who_may_not_sign_in_is_none(api, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert api.get("/domains").status_code == 401


def test_a_removed_account_is_closed(api, acme):
    Account.objects.filter(pk=acme.pk).update(removed_at=timezone.now())
    assert api.get("/domains").status_code == 401


@pytest.mark.parametrize(
    ("networks", "status"),
    [(["127.0.0.0/8"], 200), (["192.0.2.0/24"], 403), (["2001:db8::/32", "127.0.0.1/32"], 200)],
)
def test_a_token_is_good_only_from_its_networks(program, networks, status):
    response = program(networks=networks).get("/domains")
    assert response.status_code == status
    if status == 403:
        assert "may not be used from 127.0.0.1" in response.json()["detail"]


def test_without_the_feature_the_api_is_refused_with_words(api, plan):
    plan.api = False
    plan.save()
    response = api.get("/domains")
    assert response.status_code == 403
    assert "The API is not part of your plan" in response.json()["detail"]


def test_without_email_hosting_the_section_is_refused(api, plan):
    plan.email_hosting = False
    plan.save()
    assert api.get("/mailboxes").status_code == 403
    assert api.get("/account").status_code == 200


def test_who_may_only_read_writes_nothing(program, domain):
    api = program("mailboxes:read")
    assert api.get("/mailboxes").status_code == 200
    response = api.post("/mailboxes", {"local_part": "x"})
    assert response.status_code == 403
    assert "mailboxes:write" in response.json()["detail"]
    assert api.get("/domains").status_code == 403


def test_a_token_of_one_domain_finds_no_other(program, acme, domain):
    other = make_domain(acme, "other.test")
    hidden = make_mailbox(other)
    api = program(domain_ids=[domain.pk])
    assert [each["name"] for each in api.get("/domains").json()] == ["acme.test"]
    assert api.get(f"/domains/{other.pk}").status_code == 404
    assert api.get(f"/mailboxes/{hidden.pk}").status_code == 404
    assert api.post("/domains", {"name": "new.test"}).status_code == 403


def test_what_a_program_does_stands_under_activity_with_its_name(api, domain):
    api.put(f"/domains/{domain.pk}/catch-all", {"address": "x@example.com"})
    event = AuditEvent.objects.latest("pk")
    assert event.action == "domain.catch_all"
    assert event.who == "Deploy (token of alice@example.test)"


def test_the_last_use_is_noted_once_a_minute(api, django_assert_num_queries):
    api.get("/account")
    token = Token.objects.get()
    assert token.last_used_ip == "127.0.0.1"
    assert token.last_used_at > timezone.now() - timedelta(minutes=1)
    with django_assert_num_queries(2):
        api.get("/account")


def test_the_calls_left_are_in_the_headers(api, settings):
    settings.API_CALLS_PER_MINUTE = 2
    response = api.get("/domains")
    assert response["RateLimit-Policy"] == '"token";q=2;w=60'
    assert response["RateLimit"] == '"token";r=1;t=60'
    api.get("/nonsense")
    api.get("/domains")
    response = api.get("/domains")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert response.json()["type"].endswith("/api/v1/#too-often")


def test_who_guesses_is_slowed_down_and_nobody_else(api):
    for _guess in range(GUESSES_PER_MINUTE):
        api.get("/domains", Authorization="Bearer kuploy_guess")
    assert api.get("/domains", Authorization="Bearer kuploy_guess").status_code == 429
    assert api.get("/domains").status_code == 200
