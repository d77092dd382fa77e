import pytest
from django.urls import reverse

from accounts.models import Account, Invitation, Membership, Role, User
from accounts.services import change_role, remove_member
from kuploy.errors import Refused
from tests.concurrency import at_once


@pytest.fixture
def bobs(acme, bob):
    return acme.memberships.get(user=bob)


@pytest.fixture
def alices(acme, alice):
    return acme.memberships.get(user=alice)


def url(name, seat):
    return reverse(f"accounts:{name}", args=[seat.account.slug, seat.pk])


def test_a_role_is_changed(as_alice, bobs):
    response = as_alice.post(url("seat", bobs), {"role": "30", "domains": ""})
    assert response.status_code == 302
    bobs.refresh_from_db()
    assert bobs.role == Role.MANAGER


def test_a_postmaster_gets_domains_by_name(as_alice, bobs, domain):
    as_alice.post(url("seat", bobs), {"role": "20", "domains": " ACME.test,\n"})
    bobs.refresh_from_db()
    assert bobs.domain_ids == [domain.pk]


def test_somebody_is_put_out(as_alice, client, bobs, bob):
    as_alice.post(url("remove_seat", bobs))
    client.force_login(bob)
    assert client.get("/acme/").status_code == 404


def test_the_last_owner_stays(as_alice, alices):
    assert as_alice.post(url("remove_seat", alices)).status_code == 422
    assert as_alice.post(url("seat", alices), {"role": "10"}).status_code == 422
    alices.refresh_from_db()
    assert alices.role == Role.OWNER


def test_an_owner_may_leave_when_there_is_another(as_alice, alices, bobs, actor):
    change_role(membership=bobs, role=Role.OWNER, domain_ids=[], actor=actor)
    assert as_alice.post(url("remove_seat", alices)).url == reverse("home")
    assert not Membership.objects.filter(pk=alices.pk).exists()


def test_a_viewer_may_go_while_there_is_one_owner(bobs, actor):
    remove_member(membership=bobs, actor=actor)
    assert not Membership.objects.filter(pk=bobs.pk).exists()


def invited_by(user, account, role, email="other@example.test"):
    return Invitation.objects.create(account=account, email=email, role=role, invited_by=user)


def test_who_is_owner_no_more_has_asked_nobody_in_for_more(acme, alices, bobs, bob, actor):
    change_role(membership=bobs, role=Role.OWNER, domain_ids=[], actor=actor)
    invited_by(bob, acme, Role.OWNER)
    kept = invited_by(bob, acme, Role.VIEWER, "viewer@example.test")
    change_role(membership=bobs, role=Role.MANAGER, domain_ids=[], actor=actor)
    assert [*acme.invitations.all()] == [kept]


@pytest.mark.parametrize(
    "end",
    [
        remove_member,
        lambda **seat: change_role(**seat, role=Role.VIEWER, domain_ids=[]),
    ],
)
def test_who_leaves_a_reseller_has_asked_nobody_into_its_clients(
    acme, plan, bobs, bob, charlie, actor, end
):
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    client = charlie.memberships.get().account
    fresh = Account.objects.create(name="Fresh", slug="fresh", plan=plan, reseller=acme)
    Account.objects.filter(pk=client.pk).update(reseller=acme)
    invited_by(bob, client, Role.OWNER)
    first = invited_by(bob, fresh, Role.OWNER)
    end(membership=bobs, actor=actor)
    # Nobody is in the other one yet: that is its only way in, and its reseller sees whose it is.
    assert [*Invitation.objects.all()] == [first]


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_leave_at_once(acme, alices, bobs, actor):
    Membership.objects.filter(pk=bobs.pk).update(role=Role.OWNER)
    bobs.refresh_from_db()
    outcomes = at_once(
        lambda: remove_member(membership=alices, actor=actor),
        lambda: remove_member(membership=bobs, actor=actor),
    )
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [Refused]
    assert acme.memberships.filter(role=Role.OWNER).count() == 1


def test_a_person_who_is_switched_off_is_out_at_once(as_alice, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert as_alice.get("/acme/").status_code == 302


def test_the_way_in_is_a_choice_for_who_has_several(as_alice, alice, plan):
    second = Account.objects.create(name="Second", slug="second", plan=plan)
    Membership.objects.create(account=second, user=alice, role=Role.VIEWER)
    text = as_alice.get("/").text
    assert "Acme" in text
    assert "Second" in text


def test_the_way_in_says_what_to_do_without_any(client, plan):
    client.force_login(User.objects.create_user("lost@example.test"))
    assert "You are in no account yet" in client.get("/").text
