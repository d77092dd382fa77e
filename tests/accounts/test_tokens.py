from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Account, Token
from tests.conftest import make_domain

TYPED = {"name": "Deploy", "lasts": "90", "mailboxes": "write", "usage": "read"}


def page(name, account, *args):
    return reverse(f"accounts:{name}", args=[account.slug, *args])


@pytest.fixture
def add(as_alice, acme):
    url = page("add_token", acme)
    code = as_alice.get(url).context["form"]["code"].value()
    return lambda **typed: as_alice.post(url, {**TYPED, "code": code, **typed})


def test_a_token_is_shown_once(add, as_alice, acme):
    response = add()
    token = Token.objects.get()
    assert (token.scopes, token.user.email) == (
        ["mailboxes:write", "usage:read"],
        "alice@example.test",
    )
    assert response.text.count("kuploy_") == 2  # as text, and to be copied
    listed = as_alice.get(page("tokens", acme)).text
    assert "kuploy_" not in listed
    assert f"…{token.hint}" in listed


def test_the_same_page_sent_again_makes_no_second_one(add):
    add()
    assert add().status_code == 302
    assert Token.objects.count() == 1


def test_it_is_confined_to_domains_networks_and_time(add, domain):
    add(only_domains="Acme.test", networks="192.0.2.7, 2001:db8::/32", lasts="30")
    token = Token.objects.get()
    assert token.domain_ids == [domain.pk]
    assert token.networks == ["192.0.2.7/32", "2001:db8::/32"]
    assert 29 <= (token.expires_at - token.created_at).days <= 30


def test_it_may_last_until_it_is_revoked(add):
    add(lasts="")
    assert Token.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"mailboxes": "", "usage": ""}, "Choose at least one area"),
        ({"only_domains": "elsewhere.test"}, "This account has no domain elsewhere.test"),
        ({"networks": "192.0.2.0/33"}, "“192.0.2.0/33” is not an address or a network"),
        ({"networks": " ".join(["192.0.2.1"] * 21)}, "Up to 20 networks"),
        ({"clients": "write", "mailboxes": "", "usage": ""}, "Choose at least one area"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(add, charlie, typed, sentence):
    make_domain(charlie.memberships.get().account, "elsewhere.test")
    response = add(**typed)
    assert response.status_code == 422
    assert sentence in response.text
    assert not Token.objects.exists()


def test_there_is_an_end_to_how_many(add, as_alice, acme, monkeypatch):
    monkeypatch.setattr("accounts.tokens.TOKENS_PER_ACCOUNT", 0)
    assert "An account has 0 tokens at most" in add().text


@pytest.fixture
def reselling(acme):
    acme.kind = Account.Kind.RESELLER
    acme.save()


def test_a_resellers_token_enters_clients_only_if_that_was_chosen(add, reselling):
    assert "also in the accounts of clients" not in add().text
    assert not Token.objects.get().enters_clients
    answer = add(code=str(uuid4()), enter_clients="on")
    assert "also in the accounts of clients" in answer.text
    assert Token.objects.latest("created_at").enters_clients


def test_only_a_reseller_is_offered_it(add, as_alice, acme):
    assert "accounts of clients" not in as_alice.get(page("add_token", acme)).text
    add(enter_clients="on")
    assert not Token.objects.get().enters_clients


def test_no_client_has_the_domains_of_the_reseller(add, reselling, domain):
    answer = add(enter_clients="on", only_domains="acme.test")
    assert (answer.status_code, "are no client’s" in answer.text) == (422, True)


def test_it_is_revoked_with_a_click(add, as_alice, acme):
    add()
    as_alice.post(page("revoke_token", acme, Token.objects.get().pk))
    assert not Token.objects.exists()
    assert [event.action for event in acme.audit_events.order_by("-pk")[:2]] == [
        "token.revoked", "token.made",
    ]  # fmt: skip


def test_without_the_feature_there_is_no_page(as_alice, acme, plan):
    plan.api = False
    plan.save()
    response = as_alice.get(page("tokens", acme))
    assert response.status_code == 403
    assert "The API is not part of your plan" in response.text
    assert "API tokens" not in as_alice.get(page("overview", acme)).text
