"""Nobody has accepted yet: the invitation is sent again, corrected or withdrawn."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Account, Invitation, Membership, Role, User
from accounts.services import accept_invitation
from clients.services import create_client, invite_owner
from kuploy.errors import Refused
from tests.accounts.test_invite import link_in
from tests.concurrency import at_once
from tests.conftest import PASSWORD


@pytest.fixture
def rossi(harbour, small, actor, posted):
    client = create_client(
        reseller=harbour, name="Rossi", plan=small, email="rosa@rossi.test", actor=actor
    )
    posted()
    return client


@pytest.fixture
def rosa(client, db):
    user = User.objects.create_user("rosa@rossi.test", PASSWORD)
    client.force_login(user)
    return user


def test_the_page_says_who_was_asked_and_until_when(reseller, address, rossi):
    page = reseller.get(address("detail", rossi)).text
    asked = rossi.invitations.get()
    assert "Nobody has accepted yet" in page
    assert f"the link is good until {asked.ends_at:%Y-%m-%d}" in page


def test_it_is_sent_again_and_the_first_link_ends(reseller, address, rossi, posted, client):
    answer = reseller.post(address("invite", rossi), {"email": "rosa@rossi.test"})
    assert answer.url == address("detail", rossi)
    first, second = posted()
    assert client.get(link_in(first)).status_code == 422
    assert client.get(link_in(second)).status_code == 200


def test_a_wrong_address_is_corrected_and_its_link_ends(reseller, address, rossi, posted, client):
    reseller.post(address("invite", rossi), {"email": "Rosa@Right.test"})
    assert rossi.invitations.get().email == "rosa@right.test"
    assert client.get(link_in(posted()[0])).status_code == 422


def test_what_is_no_address_is_said_where_it_was_typed(reseller, address, rossi):
    answer = reseller.post(address("invite", rossi), {"email": "rosa"})
    assert answer.status_code == 422
    assert "email" in answer.context["owner_form"].errors
    assert rossi.invitations.get().email == "rosa@rossi.test"


def test_it_is_withdrawn(reseller, rossi, posted, client):
    asked = rossi.invitations.get()
    address = reverse("clients:withdraw_invitation", args=["harbour", rossi.pk, asked.pk])
    page = reseller.post(address, follow=True).text
    assert "leads nowhere now" in page
    assert "No invitation is open" in page
    assert client.get(link_in(posted()[0])).status_code == 422


def test_the_invitation_of_another_account_is_not_withdrawn(reseller, rossi, charlie):
    elsewhere = Account.objects.get(memberships__user=charlie)
    theirs = Invitation.objects.create(account=elsewhere, email="x@y.test", role=Role.VIEWER)
    address = reverse("clients:withdraw_invitation", args=["harbour", rossi.pk, theirs.pk])
    assert reseller.post(address).status_code == 404
    assert Invitation.objects.filter(pk=theirs.pk).exists()


def test_one_that_is_too_old_is_shown_as_that(reseller, address, rossi):
    rossi.invitations.update(created_at=rossi.created_at - timedelta(days=8))
    assert "was good until" in reseller.get(address("detail", rossi)).text


def test_once_somebody_is_in_people_are_invited_inside(rossi, rosa, actor):
    Membership.objects.create(user=rosa, account=rossi, role=Role.OWNER)
    with pytest.raises(Refused, match="Enter Rossi to invite more people"):
        invite_owner(client=rossi, email="x@y.test", actor=actor)


def test_the_record_inside_names_the_reseller(reseller, address, rossi):
    reseller.post(address("invite", rossi), {"email": "rosa@right.test"})
    event = rossi.audit_events.filter(action="invitation.sent").latest("pk")
    assert event.who == "alice@example.test of Harbour"


@pytest.mark.django_db(transaction=True)
def test_who_accepts_while_the_address_is_corrected_is_in_or_the_other_is_asked(rossi, rosa, actor):
    asked = rossi.invitations.get()
    at_once(
        lambda: accept_invitation(invitation=asked, user=rosa, ip=None),
        lambda: invite_owner(client=rossi, email="rosa@right.test", actor=actor),
    )
    still_open = rossi.invitations.filter(accepted_at=None)
    assert rossi.memberships.exists() != still_open.exists()
