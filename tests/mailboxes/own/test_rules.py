"""The page for forwarding and auto-reply."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent
from mailboxes.rules import rules_of
from tests.conftest import make_alias
from tests.mailboxes.own.conftest import sign_in

PAGE = "/mailbox/rules/"


def forward(client, **typed):
    return client.post(reverse("own:forwarding"), typed)


def answer(client, **typed):
    fields = {"on": "on", "subject": "Away", "text": "Back soon.", **typed}
    return client.post(reverse("own:auto_reply"), fields)


def test_nothing_is_on_at_first_and_a_copy_is_proposed(own):
    response = own.get(PAGE)
    assert response.text.count(">Off<") == 2
    assert response.context["forwarding_form"]["keep_copy"].initial is True


def test_forwarding_is_saved_and_shown(own, mailbox):
    typed = "Friend@Elsewhere.test, info@müller.test\nfriend@elsewhere.test"
    assert forward(own, forward_to=typed, keep_copy="on").url == PAGE
    found = rules_of(mailbox)
    assert found.forward_to == ["friend@elsewhere.test", "info@xn--mller-kva.test"]
    assert found.keep_copy
    assert "On, with a copy here" in own.get(PAGE).text


def test_forwarding_ends_when_the_field_is_emptied(own, mailbox):
    forward(own, forward_to="a@b.test")
    assert "On, without a copy" in own.get(PAGE).text
    assert forward(own, forward_to=" \n ").status_code == 302
    assert rules_of(mailbox).forward_to == []


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("info@acme.test", "cannot forward to itself"),
        ("INFO@acme.test", "cannot forward to itself"),
        ("back@acme.test", "go round in circles"),
        ("no address", "is not an e-mail address"),
        ("root@localhost", "is not an e-mail address"),
        ('a@b.test"; discard;', "is not an e-mail address"),
        ("a@b.test " * 1000, "at most 8000 characters"),
        ("a@t.test b@t.test c@t.test d@t.test e@t.test f@t.test", "at most 5 addresses"),
    ],
)
def test_bad_targets_are_refused_and_stay_typed(own, domain, mailbox, typed, reason):
    make_alias(domain, "back", "info@acme.test")
    response = forward(own, forward_to=typed, keep_copy="on")
    assert (response.status_code, reason in response.text) == (422, True)
    assert response.context["forwarding_form"]["forward_to"].value() == typed
    assert rules_of(mailbox).forward_to == []


def test_an_auto_reply_is_saved_and_shown(client, mailbox):
    with time_machine.travel("2026-11-30"):
        sign_in(client)
        answer(client, first_day="2026-12-01", last_day="2027-01-07")
        found = rules_of(mailbox)
        assert (found.reply_subject, found.reply_text) == ("Away", "Back soon.")
        assert (found.reply_first_day, found.reply_last_day) == (
            date(2026, 12, 1), date(2027, 1, 7)
        )  # fmt: skip
        response = client.get(PAGE)
        assert 'value="2026-12-01"' in response.text
        assert 'value="2027-01-07"' in response.text


@pytest.mark.parametrize(
    ("today", "word"),
    [
        ("2026-11-30", "From Dec. 1, 2026"),
        ("2026-12-01", "On until Jan. 7, 2027"),
        ("2027-01-07", "On until Jan. 7, 2027"),
        ("2027-01-08", "Over"),
    ],
)
def test_the_page_says_whether_it_answers_today(client, mailbox, today, word):
    rules = rules_of(mailbox)
    rules.reply_on = True
    rules.reply_first_day, rules.reply_last_day = date(2026, 12, 1), date(2027, 1, 7)
    rules.save()
    with time_machine.travel(today):
        sign_in(client)
        assert word in client.get(PAGE).text


def test_switched_off_it_keeps_its_words_and_days(own, mailbox):
    answer(own)
    assert answer(own, on="", last_day="2020-01-01").status_code == 302
    found = rules_of(mailbox)
    assert (found.reply_on, found.reply_text) == (False, "Back soon.")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"subject": ""}, "This field is required."),
        ({"text": " "}, "This field is required."),
        ({"subject": "x" * 121}, "at most 120 characters"),
        ({"text": "x" * 4001}, "at most 4000 characters"),
        ({"first_day": "2999-01-02", "last_day": "2999-01-01"}, "must not be before the first"),
        ({"last_day": "2020-01-01"}, "This day has passed."),
        ({"last_day": "soon"}, "Enter a valid date."),
    ],
)
def test_a_bad_auto_reply_says_why(own, mailbox, typed, reason):
    response = answer(own, **typed)
    assert (response.status_code, reason in response.text) == (422, True)
    assert not rules_of(mailbox).reply_on


def test_a_subject_is_one_line(own, mailbox):
    answer(own, subject="Away\r\nBcc: everybody@elsewhere.test")
    assert rules_of(mailbox).reply_subject == "Away Bcc: everybody@elsewhere.test"


def test_an_error_in_one_form_leaves_the_other_as_it_is(own):
    forward(own, forward_to="a@b.test", keep_copy="on")
    response = answer(own, subject="")
    assert response.context["forwarding_form"]["forward_to"].value() == "a@b.test"


def test_both_are_written_down_as_the_mailboxs_own_acts(own):
    AuditEvent.objects.all().delete()
    forward(own, forward_to="a@b.test")
    answer(own)
    assert set(AuditEvent.objects.values_list("action", "actor_name")) == {
        ("mailbox.forwarding_changed", "info@acme.test"),
        ("mailbox.auto_reply_changed", "info@acme.test"),
    }
