"""Asking colleagues in by mail, and what the link does."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Invitation, Membership, Role, User
from accounts.services import INVITATIONS_PER_DAY, invite
from accounts.tasks import send_invitations
from kuploy.errors import Refused
from tests.concurrency import at_once
from tests.conftest import PASSWORD

# Letters of two directions in one label: taken for an address, and refused by the DNS (RFC 5893).
UNSENDABLE = "dora@ا¸ý.test"


@pytest.fixture
def ask(acme, actor):
    """`ask(address)` invites and gives back the invitation."""

    def ask(email="dora@example.test", role=Role.MANAGER, domain_ids=()):
        return invite(
            account=acme, email=email, role=role, domain_ids=list(domain_ids), actor=actor
        )

    return ask


@pytest.fixture
def link(ask, posted):
    ask()
    return link_in(posted()[-1])


def link_in(message) -> str:
    address = next(word for word in message.body.split() if "/invitations/" in word)
    return "/" + address.split("/", 3)[3]


@pytest.fixture
def dora(client, plan):
    user = User.objects.create_user("dora@example.test", PASSWORD)
    client.force_login(user)
    return user


def test_it_sends_a_link(ask, posted, settings):
    ask()
    (message,) = posted()
    assert message.to == ["dora@example.test"]
    assert message.subject == "Invitation to Acme"
    assert "alice@example.test" in message.body
    assert "Manager" in message.body
    assert f"{settings.BASE_URL}/invitations/" in message.body


def test_the_link_gives_the_seat(client, link, acme, dora):
    assert client.post(link).url == "/acme/"
    assert acme.memberships.get(user=dora).role == Role.MANAGER


def test_looking_at_the_link_gives_nothing_yet(client, link, acme, dora):
    assert "Join Acme" in client.get(link).text
    assert not dora.memberships.exists()


def test_the_link_works_once(client, link, acme, dora):
    client.post(link)
    Membership.objects.filter(user=dora).delete()
    assert client.post(link).status_code == 422
    assert not dora.memberships.exists()


def test_the_link_is_good_for_a_week(client, link, dora):
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert client.get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert client.get(link).status_code == 422


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "%F0%9F%99%82", "a" * 2000])
def test_a_made_up_link_is_refused(client, dora, token):
    assert client.get(f"/invitations/{token}/").status_code in {400, 422}


def test_asking_again_replaces_the_first_link(client, ask, posted, dora, acme):
    ask()
    posted()
    ask(role=Role.VIEWER)
    assert acme.invitations.count() == 1
    first, second = posted()
    assert client.get(link_in(first)).status_code == 422
    client.post(link_in(second))
    assert dora.memberships.get().role == Role.VIEWER


def test_a_withdrawn_link_is_refused(client, as_alice, ask, posted, acme):
    invitation = ask()
    (message,) = posted()
    as_alice.post(reverse("accounts:withdraw_invitation", args=[acme.slug, invitation.pk]))
    assert client.get(link_in(message)).status_code == 422


def test_a_postmaster_gets_the_chosen_domains(client, ask, domain, posted, dora):
    ask(role=Role.POSTMASTER, domain_ids=[domain.pk])
    client.post(link_in(posted()[0]))
    assert dora.memberships.get().domain_ids == [domain.pk]


def test_a_member_is_not_asked_again(ask, bob):
    with pytest.raises(Refused, match="in this account already"):
        ask("bob@example.test")


def test_a_member_who_opens_a_link_keeps_the_own_role(client, link, acme, bob):
    client.force_login(bob)
    assert client.post(link).status_code == 422
    assert acme.memberships.get(user=bob).role == Role.VIEWER
    assert acme.invitations.get().accepted_at is None


def test_an_account_does_not_send_mail_without_end(ask):
    for number in range(INVITATIONS_PER_DAY):
        ask(f"dora{number}@example.test")
    with pytest.raises(Refused, match="Too many tries"):
        ask("one-more@example.test")


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_leave_one_open_invitation(ask, acme):
    outcomes = at_once(ask, ask, ask, ask)
    assert all(isinstance(outcome, Invitation) for outcome in outcomes)
    assert acme.invitations.count() == 1


TYPED = {"organisation": "", "email": "dora@example.test", "password1": PASSWORD}


def sign_up(client, link):
    return client.post(f"{reverse('account_signup')}?next={link}", {**TYPED, "next": link})


def test_who_signs_up_by_invitation_opens_no_account_of_the_own(client, link, acme, settings):
    settings.SIGNUP_OPEN = False
    client.get(link)
    assert sign_up(client, link).url == link
    client.post(link)
    dora = User.objects.get(email="dora@example.test")
    assert [seat.account for seat in dora.memberships.all()] == [acme]
    assert Account.objects.count() == 1


def test_a_withdrawn_invitation_opens_no_closed_door(client, link, acme, settings):
    settings.SIGNUP_OPEN = False
    client.get(link)
    acme.invitations.all().delete()
    sign_up(client, link)
    assert not User.objects.filter(email="dora@example.test").exists()


def test_who_signs_up_long_after_a_withdrawn_invitation_opens_an_account(client, link, acme):
    client.get(link)
    acme.invitations.all().delete()
    client.post(reverse("account_signup"), TYPED)
    assert Membership.objects.filter(user__email="dora@example.test").count() == 1


@pytest.fixture
def team(acme):
    return reverse("accounts:team", args=[acme.slug])


def test_the_owner_invites_from_the_team_page(as_alice, team, acme, posted):
    typed = {"email": "Dora@Example.test", "role": Role.VIEWER.value, "domains": ""}
    assert as_alice.post(team, typed).status_code == 302
    assert acme.invitations.get().email == "dora@example.test"
    assert len(posted()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "nobody"}, {"email": ""}, {"email": "a\0b@example.test"}, {"role": "99"},
        {"role": "x"}, {"role": ""}, {"role": Role.POSTMASTER.value, "domains": ""},
        {"domains": "elsewhere.test"}, {"domains": "a\0b"}, {"role": "1\0"},
        {"email": f"{'x' * 300}@example.test"}, {"email": UNSENDABLE}, {"email": '"\x01"@b.test'},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_shown_again(as_alice, team, acme, typed):
    good = {"email": "dora@example.test", "role": Role.VIEWER.value, "domains": ""}
    assert as_alice.post(team, {**good, **typed}).status_code == 422
    assert not acme.invitations.exists()


def test_domains_of_another_account_cannot_be_chosen(as_alice, team, acme, charlie):
    elsewhere = Account.objects.get(memberships__user=charlie)
    elsewhere.domains.create(name="elsewhere.test")
    typed = {"email": "d@example.test", "role": "20", "domains": "elsewhere.test"}
    assert "has no domain elsewhere.test" in as_alice.post(team, typed).text


@contextmanager
def mail_server_away(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    yield
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_while_the_mail_server_is_away_it_waits_and_then_goes_out(
    as_alice, team, settings, acme, posted
):
    with mail_server_away(settings):
        assert as_alice.post(team, {"email": "dora@example.test", "role": "10"}).status_code == 302
        assert posted() == []
    assert "Waits to be sent" in as_alice.get(team).text
    assert posted() == []  # it is held until the pause is over
    acme.invitations.update(due_at=Now())
    assert len(posted()) == len(posted()) == 1
    assert "Waits to be sent" not in as_alice.get(team).text


@pytest.mark.parametrize("refused", ["gone@example.test", UNSENDABLE])
def test_an_address_that_nobody_takes_holds_up_no_other(ask, posted, refusing, refused):
    ask(refused)
    Invitation.objects.update(due_at=Now() - timedelta(seconds=1))  # the first in line
    ask("dora@example.test")
    with refusing("gone@example.test"):
        assert [message.to for message in posted()] == [["dora@example.test"]]
    assert Invitation.objects.filter(email=refused, sent_at=None).exists()


def test_one_that_is_too_old_does_not_go_out(ask, acme, posted):
    ask()
    acme.invitations.update(created_at=timezone.now() - timedelta(days=8))
    assert posted() == []


def test_it_is_not_mailed_before_the_commit(ask, queued):
    with queued() as jobs, transaction.atomic():
        ask()
    assert jobs == [("accounts.tasks.send_invitations",)]
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_mail_it_once(ask, mailoutbox):
    ask()
    at_once(send_invitations, send_invitations, send_invitations)
    assert len(mailoutbox) == 1
