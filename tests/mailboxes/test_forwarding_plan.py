"""Who sets up forwarding is the plan's to say: users and admins, admins only, or nobody."""

import pytest
from django.urls import reverse

from accounts.audit import Actor
from accounts.models import Plan
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from mailboxes.rules import rules_of, set_forwarding
from tests.conftest import PASSWORD

OFF, ADMINS, USERS = Plan.Forwarding.OFF, Plan.Forwarding.ADMINS, Plan.Forwarding.USERS


@pytest.fixture
def who(plan):
    """`who("admins")` leaves it to them."""
    return lambda choice: Plan.objects.filter(pk=plan.pk).update(forwarding=choice)


@pytest.fixture
def own(client, mailbox):
    """A browser in which the mailbox's user has signed in."""
    typed = {"address": mailbox.address, "password": PASSWORD}
    assert client.post(reverse("own:sign_in"), typed).status_code == 302
    return client


@pytest.fixture
def forward(mailbox, actor):
    """`forward("a@example.test", by_user=True)`"""

    def forward(*targets, by_user=False):
        by = Actor(mailbox.account, mailbox=mailbox.address) if by_user else actor
        box = Mailbox.objects.get(pk=mailbox.pk)
        set_forwarding(mailbox=box, forward_to=list(targets), keep_copy=True, actor=by)

    return forward


@pytest.mark.parametrize(
    ("choice", "by_user", "works"),
    [
        (USERS, True, True), (USERS, False, True), (ADMINS, True, False), (ADMINS, False, True),
        (OFF, True, False), (OFF, False, False),
    ],
)  # fmt: skip
def test_the_service_obeys_the_plan(mailbox, forward, who, choice, by_user, works):
    who(choice)
    if works:
        forward("a@example.test", by_user=by_user)
    else:
        with pytest.raises(Refused):
            forward("a@example.test", by_user=by_user)
    assert rules_of(mailbox).forward_to == (["a@example.test"] if works else [])


@pytest.mark.parametrize("by_user", [True, False])
def test_what_was_set_before_goes_on_and_can_only_be_ended(mailbox, forward, who, by_user):
    forward("a@example.test", "b@example.test")
    who(OFF)
    with pytest.raises(Refused, match="Forwarding is not part of your plan"):
        forward("a@example.test", "c@example.test", by_user=by_user)
    forward("b@example.test", by_user=by_user)
    forward(by_user=by_user)
    assert rules_of(mailbox).forward_to == []
    with pytest.raises(Refused):
        forward("b@example.test", by_user=by_user)


def test_users_do_not_end_what_is_left_to_admins(forward, who):
    forward("a@example.test")
    who(ADMINS)
    with pytest.raises(Refused, match="whoever manages your mailbox"):
        forward(by_user=True)


@pytest.mark.parametrize(("choice", "said"), [
    (OFF, "Forwarding is not part of the plan. Ask your administrator."),
    (ADMINS, "Whoever manages your mailbox sets this up"),
])  # fmt: skip
def test_the_users_page_says_why_there_is_no_form(own, who, choice, said):
    who(choice)
    text = own.get(reverse("own:rules")).text
    assert said in text
    assert 'name="forward_to"' not in text
    assert 'name="subject"' in text  # the auto-reply is there all the same
    post = own.post(reverse("own:forwarding"), {"forward_to": "a@example.test"})
    assert post.status_code == 422


def test_the_user_sees_where_an_admin_sends_the_mail(own, forward, who):
    forward("a@example.test")
    who(ADMINS)
    assert "a@example.test" in own.get(reverse("own:rules")).text


def test_the_panel_says_whom_to_ask(as_alice, mailbox, who):
    who(OFF)
    text = as_alice.get(reverse("mailboxes:rules", args=["acme", mailbox.pk])).text
    assert "Forwarding is not part of the plan." in text
    assert "For a larger plan" in text
    assert 'name="forward_to"' not in text


def test_the_panel_keeps_the_form_while_something_is_set(as_alice, mailbox, forward, who):
    forward("a@example.test")
    who(OFF)
    text = as_alice.get(reverse("mailboxes:rules", args=["acme", mailbox.pk])).text
    assert "Addresses can be removed, but none added." in text
    assert 'name="forward_to"' in text


def test_admins_are_told_that_only_they_forward(as_alice, mailbox, who):
    url = reverse("mailboxes:rules", args=["acme", mailbox.pk])
    assert "can change this too" in as_alice.get(url).text
    who(ADMINS)
    assert "can change the auto-reply too" in as_alice.get(url).text
    assert 'name="forward_to"' in as_alice.get(url).text
