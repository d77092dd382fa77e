"""Without e-mail hosting in the plan the pages of a mailbox's user are closed."""

import pytest
from django.urls import reverse

from accounts.models import Plan
from tests.conftest import PASSWORD

SIGN_IN = reverse("own:sign_in")


@pytest.fixture
def enter(client, mailbox):
    return lambda word=PASSWORD: client.post(
        SIGN_IN, {"address": mailbox.address, "password": word}
    )


@pytest.fixture
def end(plan):
    return lambda: Plan.objects.filter(pk=plan.pk).update(email_hosting=False)


def test_who_knows_the_password_is_told_why(enter, end):
    end()
    response = enter()
    assert response.status_code == 422
    assert "E-mail hosting is not part of the plan any more" in response.text


def test_who_does_not_learns_nothing_of_it(enter, end):
    end()
    assert "No mailbox opens with this address and password." in enter("wrong").text


def test_an_open_sign_in_ends(client, enter, end):
    enter()
    assert client.get(reverse("own:page")).status_code == 200
    end()
    assert client.get(reverse("own:page")).url == SIGN_IN
