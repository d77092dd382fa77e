"""Ownership by a code that is mailed to a role address of the domain."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from domains.models import Domain, OwnershipCode
from domains.tasks import forget_codes
from kuploy.throttle import throttle
from tests.conftest import make_domain


@pytest.fixture
def url(acme, pending):
    return lambda name: reverse(f"domains:{name}", args=[acme.slug, pending.pk])


@pytest.fixture
def send(as_alice, url):
    return lambda local_part="postmaster": as_alice.post(
        url("send_code"), {"local_part": local_part}
    )


@pytest.fixture
def enter(as_alice, url):
    return lambda code: as_alice.post(url("enter_code"), {"code": code})


@pytest.fixture
def code(send, mailoutbox):
    assert send().status_code == 302
    return re.search(r"\d{4} \d{4}", mailoutbox[-1].body)[0]


def wrong(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"


def status(domain) -> str:
    return Domain.objects.get(pk=domain.pk).status


@pytest.mark.parametrize("local_part", ["postmaster", "hostmaster", "webmaster", "info"])
def test_it_goes_to_a_role_address_of_the_domain(send, mailoutbox, local_part):
    send(local_part)
    assert mailoutbox[0].to == [f"{local_part}@acme.test"]
    assert mailoutbox[0].subject == "Code for acme.test"


@pytest.mark.parametrize(
    "local_part", ["alice", "", "postmaster@evil.test,", "info\0", "info\nBcc: x@y"]
)
def test_it_goes_nowhere_else(send, mailoutbox, local_part):
    assert send(local_part).status_code == 422
    assert mailoutbox == []


def test_the_right_code_proves(code, enter, pending):
    assert enter(code).status_code == 302
    assert status(pending) == Domain.Status.ACTIVE
    assert not OwnershipCode.objects.exists()


def test_it_may_be_typed_without_the_gap(code, enter, pending):
    enter(f" {code.replace(' ', '')} ")
    assert status(pending) == Domain.Status.ACTIVE


def test_a_wrong_code_does_not(code, enter, pending):
    response = enter(wrong(code))
    assert response.status_code == 422
    assert "not the code that was sent" in response.text
    assert status(pending) == Domain.Status.PENDING


@pytest.mark.parametrize(
    "typed", ["", "1234", "abcd efgh", "1234\0567", "123456789", "１２３４５６７８"]
)
def test_what_is_no_code_costs_no_try(code, enter, typed):
    assert enter(typed).status_code == 422
    assert OwnershipCode.objects.get().tries in {0, 1 if typed == "１２３４５６７８" else 0}


def test_after_five_wrong_tries_the_right_one_is_no_longer_good(code, enter, pending):
    for _try in range(5):
        enter(wrong(code))
    assert "no longer good" in enter(code).text
    assert status(pending) == Domain.Status.PENDING


def test_the_fifth_try_still_counts(code, enter, pending):
    for _try in range(4):
        enter(wrong(code))
    enter(code)
    assert status(pending) == Domain.Status.ACTIVE


def test_a_code_is_good_for_half_an_hour(code, enter, pending):
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert "no longer good" in enter(code).text
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        enter(code)
    assert status(pending) == Domain.Status.ACTIVE


def test_a_new_code_replaces_the_old_one(code, send, enter, mailoutbox, pending):
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        send()
        assert enter(code).status_code == 422
        enter(re.search(r"\d{4} \d{4}", mailoutbox[-1].body)[0])
    assert status(pending) == Domain.Status.ACTIVE


def test_a_second_code_within_a_minute_is_refused(code, send, mailoutbox):
    assert send().status_code == 422
    assert len(mailoutbox) == 1


def test_many_accounts_together_do_not_flood_one_postmaster(send, mailoutbox):
    for _code in range(10):
        throttle("code-name:acme.test", limit=10, seconds=60)
    assert send().status_code == 422
    assert mailoutbox == []


def test_it_is_stored_as_a_hash(code, pending):
    stored = OwnershipCode.objects.get()
    assert code.replace(" ", "") not in stored.code_hash
    assert len(stored.code_hash) == 64


def test_the_code_of_one_claim_proves_no_other(code, charlie, client, pending):
    rival = make_domain(charlie.memberships.get().account, "acme.test", proved=False)
    client.force_login(charlie)
    url = reverse("domains:enter_code", args=[rival.account.slug, rival.pk])
    assert client.post(url, {"code": code}).status_code == 422
    assert status(rival) == Domain.Status.PENDING


def test_who_comes_second_is_told_so(code, enter, charlie, pending):
    make_domain(charlie.memberships.get().account, "acme.test")
    assert "Another account has proved this domain" in enter(code).text


def test_a_domain_proved_meanwhile_needs_no_code(code, enter, send, pending):
    Domain.objects.filter(pk=pending.pk).update(status="active", proved_at=timezone.now())
    assert "ownership of this domain is settled" in enter(code).text
    assert "ownership of this domain is settled" in send().text


def test_a_mail_server_that_is_away_is_said_and_may_be_tried_again(send, settings, mailoutbox):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send().status_code == 503
    settings.EMAIL_BACKEND = working
    assert send().status_code == 302


def test_old_codes_are_forgotten(code):
    forget_codes()
    assert OwnershipCode.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        forget_codes()
    assert not OwnershipCode.objects.exists()
