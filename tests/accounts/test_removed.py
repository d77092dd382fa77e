"""An account that is being removed is closed to its people, and to its reseller's."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Invitation, Membership, Role, User
from accounts.services import open_account, open_invitation


@pytest.fixture
def removed(acme):
    acme.removed_at = timezone.now()
    acme.save(update_fields=["removed_at"])
    return acme


def test_its_owner_finds_it_no_more(as_alice, removed):
    assert as_alice.get(removed.get_absolute_url()).status_code == 404
    assert "Acme" not in as_alice.get(reverse("home")).text


def test_neither_do_the_people_of_its_reseller(client, removed, plan):
    owner = User.objects.create_user("owner@harbour.test")
    removed.reseller = open_account(name="Harbour", owner=owner)
    removed.save()
    Account.objects.filter(pk=removed.reseller.pk).update(kind=Account.Kind.RESELLER)
    client.force_login(owner)
    assert client.get(removed.get_absolute_url()).status_code == 404
    assert not Account.objects.looked_after_by(owner).filter(pk=removed.pk).exists()
    assert Membership.objects.admitting(owner, "harbour")


def test_an_invitation_leads_nowhere(removed):
    invitation = Invitation.objects.create(account=removed, email="d@e.test", role=Role.VIEWER)
    assert open_invitation(str(invitation.pk)) is None
