"""A lost password: the address to which a link may go, and the link."""

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from mailboxes import recovery, services, tasks
from mailboxes.credentials import owe_letter
from mailboxes.models import HostJob, Letter, Mailbox, Recovery
from tests.conftest import PASSWORD, make_alias, make_mailbox
from tests.mailboxes.own.conftest import link_in, sign_in

ELSEWHERE, NEW = "user@elsewhere.test", "another good horse"
GONE = "used or too old"


def save(client, address=ELSEWHERE, password=PASSWORD):
    typed = {"recovery-address": address, "recovery-old_password": password}
    return client.post(reverse("own:recovery"), typed)


def ask(address="info@acme.test", client=None):
    return (client or Client()).post(reverse("own:forgot"), {"address": address})


@pytest.fixture
def known(mailbox):
    return Recovery.objects.create(mailbox=mailbox, address=ELSEWHERE, confirmed_at=timezone.now())


@pytest.fixture
def link(known):
    ask()
    tasks.send_letters()
    return link_in(mail.outbox[-1])


class TestTheAddress:
    def test_its_user_sets_it_and_confirms_it_by_a_link_and_a_click(self, own, mailbox):
        assert save(own).status_code == 302
        assert "Not confirmed yet" in own.get("/mailbox/settings/").text
        tasks.send_letters()
        link = link_in(mail.outbox[-1])
        assert mail.outbox[-1].to == [ELSEWHERE]
        assert "Is this address yours?" in Client().get(link).text
        assert Recovery.objects.get().confirmed_at is None
        assert "Thank you" in Client().post(link).text
        assert Recovery.objects.get().confirmed_at
        assert "Confirmed" in own.get("/mailbox/settings/").text

    def test_it_takes_the_password(self, own):
        response = save(own, password="wrong")
        assert (response.status_code, "not the current password" in response.text) == (422, True)
        assert ELSEWHERE in response.text
        assert not Recovery.objects.exists()
        assert mail.outbox == []

    @pytest.mark.parametrize("address", ["info@acme.test", "INFO@acme.test", "team@acme.test"])
    def test_it_must_not_lead_back_here(self, own, domain, mailbox, address):
        make_alias(domain, "team", "other@elsewhere.test", mailbox.address)
        response = save(own, address)
        assert (response.status_code, "this very mailbox" in response.text) == (422, True)
        assert not Recovery.objects.exists()

    def test_the_old_one_is_told_that_it_is_no_more(self, own, known):
        save(own, "new@elsewhere.test")
        tasks.send_letters()
        assert {message.to[0] for message in mail.outbox} == {ELSEWHERE, "new@elsewhere.test"}
        assert Recovery.objects.get().confirmed_at is None

    def test_emptied_there_is_none_and_the_old_one_is_told(self, own, known):
        assert save(own, "").status_code == 302
        tasks.send_letters()
        assert [message.to for message in mail.outbox] == [[ELSEWHERE]]
        assert not Recovery.objects.exists()

    def test_a_link_to_an_older_one_confirms_nothing(self, own):
        save(own)
        tasks.send_letters()
        link = link_in(mail.outbox[-1])
        save(own, "new@elsewhere.test")
        assert Client().post(link).status_code == 422
        assert Recovery.objects.get().confirmed_at is None

    def test_nobody_is_asked_who_was_given_up_before_the_mail_went(self, own):
        save(own)
        save(own, "")
        tasks.send_letters()
        assert mail.outbox == []

    def test_a_link_is_good_for_three_days(self, own):
        save(own)
        tasks.send_letters()
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert Client().post(link_in(mail.outbox[-1])).status_code == 422

    def test_one_that_counts_is_not_asked_again(self, own, known):
        response = save(own)
        assert (response.status_code, "is confirmed already" in response.text) == (422, True)

    def test_those_who_manage_mailboxes_set_and_remove_it(self, as_alice, mailbox):
        url = reverse("mailboxes:choose_recovery", args=["acme", mailbox.pk])
        assert as_alice.post(url, {"recovery-address": ELSEWHERE}).status_code == 302
        assert Recovery.objects.get().confirmed_at is None
        page = as_alice.get(mailbox.get_absolute_url()).text
        assert "Not confirmed yet" in page
        remove = reverse("mailboxes:remove_recovery", args=["acme", mailbox.pk])
        assert as_alice.post(remove).status_code == 302
        assert not Recovery.objects.exists()

    def test_who_sets_a_password_is_told_that_it_still_opens_the_mailbox(self, as_alice, mailbox):
        url = reverse("mailboxes:password", args=["acme", mailbox.pk])
        assert "has left" not in as_alice.post(url, {"password": NEW}, follow=True).text
        row = Recovery.objects.create(mailbox=mailbox, address=ELSEWHERE)
        assert "has left" not in as_alice.post(url, {"password": NEW}, follow=True).text
        Recovery.objects.filter(pk=row.pk).update(confirmed_at=timezone.now())
        page = as_alice.post(url, {"password": NEW}, follow=True).text
        assert f"Whoever reads {ELSEWHERE} can choose another one." in page

    def test_a_wrong_one_is_said_where_it_was_typed(self, as_alice, mailbox):
        url = reverse("mailboxes:choose_recovery", args=["acme", mailbox.pk])
        response = as_alice.post(url, {"recovery-address": "info@acme.test"})
        assert (response.status_code, "this very mailbox" in response.text) == (422, True)

    def test_it_is_set_along_with_a_new_mailbox(self, as_alice, domain):
        typed = {
            "local_part": "new", "domain": "acme.test", "password": PASSWORD,
            "quota_bytes": 2**30, "recovery_address": ELSEWHERE,
        }  # fmt: skip
        assert as_alice.post(reverse("mailboxes:add", args=["acme"]), typed).status_code == 302
        assert Recovery.objects.get().mailbox.address == "new@acme.test"
        tasks.send_letters()
        assert mail.outbox[-1].to == [ELSEWHERE]

    def test_the_postmaster_sets_its_own_only_with_the_password(self, client, domain, actor):
        box = Mailbox.objects.get(address="postmaster@acme.test")
        services.change_password(mailbox=box, password=PASSWORD, actor=actor)
        sign_in(client, box.address)
        for name in ("choose_recovery", "remove_recovery", "invite", "withdraw"):
            url = reverse(f"mailboxes:{name}", args=["acme", box.pk])
            assert client.post(url, {"recovery-address": ELSEWHERE}).status_code == 422
        assert not Recovery.objects.exists()


class TestTheLink:
    def test_a_new_password_by_the_link_counts_and_signs_in(self, link, mailbox):
        HostJob.objects.all().delete()
        browser = Client()
        assert mailbox.address in browser.get(link).text
        assert browser.post(link, {"password": NEW}).url == reverse("own:page")
        assert browser.get("/mailbox/").status_code == 200
        assert sign_in(Client()).status_code == 422
        assert sign_in(Client(), password=NEW).status_code == 302
        assert HostJob.objects.get().kind == "kick"

    def test_it_ends_other_sessions_and_is_told_and_written_down(self, own, link):
        Client().post(link, {"password": NEW})
        assert own.get("/mailbox/").status_code == 302
        tasks.send_letters()
        assert "password of info@acme.test was changed" in mail.outbox[-1].subject
        event = AuditEvent.objects.latest("pk")
        assert (event.action, event.actor_name) == ("mailbox.password_reset", "info@acme.test")

    def test_it_works_once(self, link):
        Client().post(link, {"password": NEW})
        response = Client().post(link, {"password": "a third good horse"})
        assert (response.status_code, GONE in response.text) == (422, True)

    def test_it_is_good_for_an_hour(self, link):
        with time_machine.travel(timezone.now() + timedelta(minutes=59)):
            assert Client().get(link).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=61)):
            assert GONE in Client().get(link).text

    def test_a_password_changed_otherwise_ends_it(self, link, mailbox, actor):
        services.change_password(mailbox=mailbox, password=NEW, actor=actor)
        assert GONE in Client().get(link).text

    def test_a_bad_password_says_why_and_the_link_stays_good(self, link):
        assert "at least 8 characters" in Client().post(link, {"password": "short"}).text
        assert Client().post(link, {"password": NEW}).status_code == 302

    def test_a_mailbox_that_nobody_may_sign_in_to_is_not_opened(self, link, mailbox):
        Mailbox.objects.filter(pk=mailbox.pk).update(state="disabled")
        assert Client().post(link, {"password": NEW}).status_code == 422


class TestAskingForIt:
    def answer(self, address):
        shown = re.search(r"<main.+</main>", ask(address).text, re.S)[0]
        return shown.replace(address, "ADDRESS")

    def test_the_answer_is_the_same_whatever_there_is(self, known, domain):
        make_mailbox(domain, "without")
        addresses = ("info@acme.test", "without@acme.test", "nobody@acme.test", "no address")
        assert len({self.answer(address) for address in addresses}) == 1
        assert Letter.objects.count() == 1
        assert mail.outbox == []  # it goes later, so that the answer takes no longer

    @pytest.mark.parametrize("state", ["disabled", "blocked", "deleting"])
    def test_nothing_goes_for_one_that_is_closed(self, known, state):
        Mailbox.objects.update(state=state)
        ask()
        assert not Letter.objects.exists()

    def test_nothing_goes_to_what_was_not_confirmed(self, mailbox):
        Recovery.objects.create(mailbox=mailbox, address=ELSEWHERE)
        ask()
        assert not Letter.objects.exists()

    def test_nothing_goes_to_what_leads_back_here_by_now(self, known, mailbox, domain):
        inside = make_mailbox(domain, "inside")
        Recovery.objects.update(address=inside.address)
        ask()
        Mailbox.objects.filter(pk=inside.pk).delete()
        make_alias(domain, "inside", mailbox.address)
        tasks.send_letters()
        assert mail.outbox == []
        assert not Letter.objects.exists()

    def test_it_is_limited_for_an_address_and_for_an_ip(self, known):
        for _time in range(3):
            assert ask().status_code == 200
        assert "Too many tries" in ask().text
        for number in range(17):
            ask(f"nobody{number}@acme.test")
        assert "Too many tries" in ask("other@acme.test").text

    def test_the_way_there_is_on_the_sign_in(self, client, db):
        assert reverse("own:forgot") in client.get(reverse("own:sign_in")).text


class TestLetters:
    @pytest.fixture
    def away(self, monkeypatch):
        def away(_message):
            raise SMTPException("away")

        with monkeypatch.context() as patch:
            patch.setattr("django.core.mail.EmailMessage.send", away)
            yield patch

    def test_while_the_mail_server_is_away_it_is_tried_again(self, known, away):
        ask()
        tasks.send_letters()
        assert Letter.objects.count() == 1
        away.undo()
        tasks.send_letters()  # not before its pause is over
        assert mail.outbox == []
        Letter.objects.update(due_at=timezone.now())
        tasks.send_letters()
        assert len(mail.outbox) == 1
        assert not Letter.objects.exists()

    def test_one_that_nobody_takes_holds_up_no_other(self, known, mailbox, refusing):
        owe_letter(mailbox, Letter.Kind.MOVED, "gone@example.test")
        Letter.objects.update(due_at=timezone.now() - timedelta(seconds=1))  # the first in line
        ask()
        with refusing("gone@example.test"):
            tasks.send_letters()
        assert [message.to for message in mail.outbox] == [[ELSEWHERE]]
        assert Letter.objects.get().address == "gone@example.test"

    def test_a_link_that_comes_too_late_is_not_sent(self, known):
        ask()
        Letter.objects.update(created_at=timezone.now() - timedelta(hours=2))
        tasks.send_letters()
        assert mail.outbox == []
        assert not Letter.objects.exists()

    def test_what_is_due_beyond_any_pause_is_due(self, known):
        """It was written before the clock was set back."""
        ask()
        Letter.objects.update(due_at=timezone.now() + timedelta(hours=1))
        tasks.send_letters()
        assert len(mail.outbox) == 1

    @pytest.mark.parametrize("language", ["en", "de", "it", "es", "fr"])
    @pytest.mark.parametrize("kind", ["reset", "changed", "moved"])
    def test_they_are_in_the_language_of_the_mailbox(self, known, mailbox, kind, language):
        Mailbox.objects.update(language=language)
        Letter.objects.create(mailbox=mailbox, kind=kind, address=ELSEWHERE)
        tasks.send_letters()
        [message] = mail.outbox
        assert mailbox.address in message.subject
        assert ("/mailbox/reset/" in message.body) == (kind == "reset")
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"

    def test_a_password_set_by_the_account_is_told_too(self, known, mailbox, actor):
        services.change_password(mailbox=mailbox, password=NEW, actor=actor)
        assert Letter.objects.get().kind == "changed"


def test_two_addresses_chosen_in_a_row_leave_the_last(mailbox, actor):
    recovery.choose_address(mailbox=mailbox, address="a@elsewhere.test", actor=actor)
    recovery.choose_address(mailbox=mailbox, address="b@elsewhere.test", actor=actor)
    assert Recovery.objects.get().address == "b@elsewhere.test"
