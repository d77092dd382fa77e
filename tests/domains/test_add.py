import re

import pytest
from django.urls import reverse

from accounts.models import Role
from domains.models import Domain
from domains.services import add_domain
from kuploy.errors import Refused
from tests.concurrency import at_once
from tests.conftest import make_domain


@pytest.fixture
def url(acme):
    return reverse("domains:add", args=[acme.slug])


def test_it_waits_for_its_proof_and_is_checked_at_once(as_alice, url, acme, queued):
    with queued() as jobs:
        response = as_alice.post(url, {"name": " https://Example.COM/path "})
    domain = acme.domains.get()
    assert response.url == domain.get_absolute_url()
    assert (domain.name, domain.status) == ("example.com", Domain.Status.PENDING)
    assert jobs == [("domains.tasks.check_domain", str(domain.pk))]


def test_it_has_a_key_and_a_token_of_its_own(acme, actor):
    first, second = (add_domain(account=acme, name=n, actor=actor) for n in ("a.test", "b.test"))
    assert first.dkim_keys.count() == 1
    assert first.proof_label != second.proof_label
    assert first.proof_text != second.proof_text
    assert re.fullmatch(r"d\d{9}\.a\.test", first.proof_name)


def test_a_second_time_is_refused(as_alice, url, domain):
    response = as_alice.post(url, {"name": "ACME.test"})
    assert response.status_code == 422
    assert "acme.test is in this account already" in response.text


def test_an_international_name_is_named_as_it_is_read(as_alice, url, acme):
    as_alice.post(url, {"name": "bücher.example"})
    assert (
        "bücher.example is in this account" in as_alice.post(url, {"name": "bücher.example"}).text
    )


@pytest.mark.parametrize(
    "name", ["", " ", "no-dot", "co.uk", "192.0.2.1", "a\0b.com", "a" * 3000, "*.example.com", "%"]
)
def test_a_name_that_is_none_is_shown_again(as_alice, url, acme, name):
    assert as_alice.post(url, {"name": name}).status_code == 422
    assert not acme.domains.exists()


def test_a_full_plan_refuses(as_alice, url, plan, domain):
    plan.domain_limit = 1
    plan.save()
    response = as_alice.post(url, {"name": "second.test"})
    assert response.status_code == 422
    assert "Your plan holds 1 domain, and it is in use." in response.text


def test_a_plan_without_limit_has_room(acme, actor, plan):
    plan.domain_limit = None
    plan.save()
    for number in range(7):
        add_domain(account=acme, name=f"n{number}.test", actor=actor)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_cannot_share_the_last_place(acme, actor, plan):
    plan.domain_limit = 1
    plan.save()
    outcomes = at_once(
        lambda: add_domain(account=acme, name="one.test", actor=actor),
        lambda: add_domain(account=acme, name="two.test", actor=actor),
    )
    assert {type(outcome) for outcome in outcomes} == {Domain, Refused}


@pytest.mark.django_db(transaction=True)
def test_two_clicks_claim_a_name_once(acme, actor):
    def click():
        return add_domain(account=acme, name="one.test", actor=actor)

    assert {type(outcome) for outcome in at_once(click, click)} == {Domain, Refused}


def test_an_alias_domain_mirrors_one_of_the_account(as_alice, url, acme, domain):
    as_alice.post(url, {"name": "mirror.test", "alias_of": "ACME.test"})
    assert acme.domains.get(name="mirror.test").alias_of == domain


@pytest.mark.parametrize(
    "target", ["elsewhere.test", "mirror.test", "gone.test", "not a name", "a\0b"]
)
def test_an_alias_of_what_cannot_have_one_is_refused(as_alice, url, acme, domain, charlie, target):
    make_domain(charlie.memberships.get().account, "elsewhere.test")
    make_domain(acme, "mirror.test", alias_of=domain)
    acme.domains.create(name="gone.test", status=Domain.Status.REMOVING)
    response = as_alice.post(url, {"name": "new.test", "alias_of": target})
    assert response.status_code == 422
    assert not acme.domains.filter(name="new.test").exists()


def test_a_domain_is_no_alias_of_itself(as_alice, url, domain):
    assert as_alice.post(url, {"name": "acme.test", "alias_of": "acme.test"}).status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_add_none(client, url, acme, bob, role):
    acme.memberships.filter(user=bob).update(role=role)
    client.force_login(bob)
    assert client.post(url, {"name": "example.com"}).status_code == 403


def test_a_name_still_being_removed_here_says_so(acme, actor):
    acme.domains.create(name="gone.test", status=Domain.Status.REMOVING)
    with pytest.raises(Refused, match="still being removed"):
        add_domain(account=acme, name="gone.test", actor=actor)
