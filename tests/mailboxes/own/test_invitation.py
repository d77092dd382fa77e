"""The user of a mailbox chooses its password by a link, and until then nobody can sign in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import Actor
from accounts.models import AuditEvent
from mailboxes import invitations, services
from mailboxes.models import HostJob, Letter, Mailbox, MailboxInvitation, Recovery
from tests.concurrency import at_once
from tests.conftest import GB, PASSWORD
from tests.mailboxes.own.conftest import link_in, sign_in

ADDRESS, ELSEWHERE = "new@acme.test", "user@elsewhere.test"
GONE = "This invitation is no longer good"


def add(client, **typed):
    fields = {
        "local_part": "new", "domain": "acme.test", "invite_to": ELSEWHERE, "quota_bytes": GB,
        **typed,
    }  # fmt: skip
    return client.post(reverse("mailboxes:add", args=["acme"]), fields)


def panel(client, name, mailbox, **typed):
    return client.post(reverse(f"mailboxes:{name}", args=["acme", mailbox.pk]), typed)


@pytest.fixture
def invited(as_alice, domain, posted):
    assert add(as_alice).status_code == 302
    posted()
    return Mailbox.objects.get(address=ADDRESS)


@pytest.fixture
def link(invited):
    return link_in(mail.outbox[-1])


def choose(link, client=None, password=PASSWORD, **typed):
    return (client or Client()).post(link, {"password": password, **typed})


def test_it_is_made_and_its_user_gets_a_link(invited):
    [message] = mail.outbox
    assert message.to == [ELSEWHERE]
    assert ADDRESS in message.subject
    assert MailboxInvitation.objects.get().address == ELSEWHERE


def test_the_message_is_in_the_language_of_the_mailbox(as_alice, domain, posted):
    add(as_alice, language="it")
    assert posted()[-1].subject == "La sua casella new@acme.test"


def test_until_then_nobody_can_sign_in_and_the_page_says_so(as_alice, invited):
    assert sign_in(Client(), ADDRESS).status_code == 422
    text = as_alice.get(invited.get_absolute_url()).text
    assert "Its user has not chosen a password yet" in text
    assert ELSEWHERE in text
    assert "Invited" in as_alice.get(reverse("mailboxes:list", args=["acme"])).text


def test_opening_the_link_changes_nothing(link, invited):
    for _time in range(2):
        assert ADDRESS in Client().get(link).text
    assert MailboxInvitation.objects.exists()


def test_the_user_chooses_a_password_and_sees_the_settings(link, invited, settings):
    browser = Client()
    assert choose(link, browser).url == reverse("own:page")
    page = browser.get(reverse("own:page")).text
    assert settings.IMAP_HOST in page
    assert "Now set up your mail program" in page
    assert sign_in(Client(), ADDRESS).status_code == 302


def test_it_is_written_down_as_the_users_act(link, invited):
    choose(link)
    event = AuditEvent.objects.get(action="mailbox.invitation_accepted")
    assert (event.actor_name, event.object_name) == (ADDRESS, ADDRESS)


def test_the_link_works_once(link):
    choose(link)
    response = choose(link, password="another good horse")
    assert (response.status_code, GONE in response.text) == (422, True)
    assert sign_in(Client(), ADDRESS).status_code == 302


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "at least 8 characters"), ("", "This field is required."), (ADDRESS, "must not be")],
)
def test_a_bad_password_says_why_and_the_link_stays_good(link, password, reason):
    response = choose(link, password=password)
    assert (response.status_code, reason in response.text) == (422, True)
    assert choose(link).status_code == 302


def test_the_address_is_kept_for_a_lost_password_if_its_user_likes(link, invited):
    choose(link, for_recovery="on")
    found = Recovery.objects.get(mailbox=invited)
    assert (found.address, bool(found.confirmed_at)) == (ELSEWHERE, True)


def test_else_it_is_not_kept(link):
    choose(link)
    assert not Recovery.objects.exists()


def test_a_link_is_good_for_seven_days(link):
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1)):
        assert GONE in Client().get(link).text


@pytest.mark.parametrize("token", ["x", "x:y:z", "a" * 500])
def test_a_false_link_opens_nothing(db, client, token):
    response = client.get(reverse("own:invitation", args=[token]))
    assert (response.status_code, GONE in response.text) == (422, True)


def test_sent_again_also_to_another_address_the_first_is_no_longer_good(
    as_alice, invited, link, posted
):
    panel(as_alice, "invite", invited, **{"invite-address": "other@elsewhere.test"})
    assert posted()[-1].to == ["other@elsewhere.test"]
    assert GONE in Client().get(link).text
    assert choose(link_in(mail.outbox[-1])).status_code == 302


def test_it_can_be_withdrawn(as_alice, invited, link):
    assert panel(as_alice, "withdraw", invited).status_code == 302
    assert GONE in Client().get(link).text
    response = panel(as_alice, "withdraw", invited)
    assert (response.status_code, "no open invitation" in response.text) == (422, True)


def test_a_password_that_is_set_here_withdraws_it(as_alice, invited, link):
    panel(as_alice, "password", invited, password=PASSWORD)
    assert GONE in Client().get(link).text
    assert sign_in(Client(), ADDRESS).status_code == 302


def test_it_goes_with_the_mailbox(as_alice, invited, link):
    Mailbox.objects.filter(pk=invited.pk).update(state="deleting")
    assert GONE in Client().get(link).text
    invited.delete()
    assert not MailboxInvitation.objects.exists()


@pytest.mark.parametrize("state", ["disabled", "blocked"])
def test_while_nobody_may_sign_in_the_link_waits(invited, link, state):
    Mailbox.objects.filter(pk=invited.pk).update(state=state)
    response = choose(link)
    assert (response.status_code, "Try this link again later" in response.text) == (422, True)
    Mailbox.objects.filter(pk=invited.pk).update(state="active")
    assert choose(link).status_code == 302


def test_who_has_a_mailbox_already_may_get_a_link_too(as_alice, mailbox, posted):
    panel(as_alice, "invite", mailbox, **{"invite-address": ELSEWHERE})
    assert sign_in(Client()).status_code == 302
    assert "has not chosen a password yet" not in as_alice.get(mailbox.get_absolute_url()).text
    choose(link_in(posted()[-1]), password="another good horse")
    assert sign_in(Client()).status_code == 422
    assert HostJob.objects.filter(kind="kick", mailbox_id=mailbox.pk).exists()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"password": PASSWORD}, "A password and a link are too many"),
        ({"invite_to": ""}, "Type a password, or an address to invite the user at."),
        ({"invite_to": "nobody"}, "is not an e-mail address"),
        ({"invite_to": ADDRESS}, "ends up in this very mailbox"),
        ({"recovery_address": ADDRESS}, "ends up in this very mailbox"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(as_alice, domain, typed, reason):
    response = add(as_alice, **typed)
    assert (response.status_code, reason in response.text) == (422, True)
    assert not Mailbox.objects.filter(address=ADDRESS).exists()
    assert mail.outbox == []


def test_while_the_mail_server_is_away_it_waits_and_then_goes_out(
    as_alice, domain, refusing, posted
):
    page = add(as_alice).url
    with refusing(ELSEWHERE):
        assert posted() == []
    text = as_alice.get(page).text
    assert text.count("waits for the mail server, and goes out by itself") == 2
    assert "A link went to" not in text
    Letter.objects.update(due_at=timezone.now())
    assert len(posted()) == 1
    assert "waits for the mail server" not in as_alice.get(page).text


def test_the_week_begins_when_it_goes_out(as_alice, domain, posted):
    add(as_alice)
    long_ago = timezone.now() - timedelta(days=5)
    MailboxInvitation.objects.update(sent_at=long_ago)
    posted()
    assert MailboxInvitation.objects.get().sent_at > long_ago


def test_asked_for_twice_in_a_row_one_goes_out(as_alice, domain, posted):
    add(as_alice)
    invited = Mailbox.objects.get(address=ADDRESS)
    panel(as_alice, "invite", invited, **{"invite-address": ELSEWHERE})
    assert len(posted()) == 1


def test_a_withdrawn_one_does_not_go_out(as_alice, domain, posted):
    add(as_alice)
    panel(as_alice, "withdraw", Mailbox.objects.get(address=ADDRESS))
    assert posted() == []
    assert not Letter.objects.exists()


def test_nobody_is_flooded(as_alice, invited, posted):
    for _time in range(9):
        panel(as_alice, "invite", invited, **{"invite-address": ELSEWHERE})
        posted()
    response = panel(as_alice, "invite", invited, **{"invite-address": ELSEWHERE})
    assert (response.status_code, "Too many tries" in response.text) == (422, True)
    assert len(mail.outbox) == 10


def test_a_viewer_sees_no_address_of_the_user(bob, invited):
    viewer = Client()
    viewer.force_login(bob)
    text = viewer.get(invited.get_absolute_url()).text
    assert "has not chosen a password yet" in text
    assert ELSEWHERE not in text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_the_link_at_once_one_wins(invited):
    def accept(password):
        found = MailboxInvitation.objects.select_related("mailbox__account").get()
        actor = Actor(found.mailbox.account, mailbox=ADDRESS)
        return lambda: invitations.accept(
            invitation=found, password=password, for_recovery=False, actor=actor
        )

    results = at_once(accept("first good horse"), accept("second good horse"))
    assert sorted(type(each).__name__ for each in results) == ["NoneType", "Refused"]


@pytest.mark.django_db(transaction=True)
def test_a_link_and_a_password_at_one_moment_do_not_block_each_other(invited, actor):
    found = MailboxInvitation.objects.select_related("mailbox__account").get()
    results = at_once(
        lambda: invitations.accept(
            invitation=found, password="first good horse", for_recovery=False, actor=actor
        ),
        lambda: services.change_password(mailbox=invited, password=PASSWORD, actor=actor),
    )
    assert {type(each).__name__ for each in results} <= {"NoneType", "Refused"}
    assert not MailboxInvitation.objects.exists()


def test_the_link_is_in_no_audit_event(invited, link):
    token = re.search(r"invitation/([^/]+)/", link)[1]
    assert all(token not in str(event.details) for event in AuditEvent.objects.all())
