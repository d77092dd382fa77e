"""Forwarding and auto-reply as they are chosen on the page, done by Dovecot."""

import smtplib
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from django.utils import timezone

from accounts.audit import Actor
from kuploy.errors import Refused
from mailboxes.rules import set_auto_reply, set_forwarding
from mailboxes.services import edit_alias
from tests.conftest import make_alias
from tests.mailservers.clients import (
    HOST,
    STACK,
    TIMEOUT_SECONDS,
    message,
    send,
    sent_to,
    subjects,
    wait_for,
)

AWKWARD = 'He said "no": C:\\dir\\\n.\n\nGrüße 🙂 ${hex:41} %u\n.\nEnd'


def forward(mailbox, *targets, copy=True):
    actor = Actor.system(mailbox.account)
    set_forwarding(mailbox=mailbox, forward_to=list(targets), keep_copy=copy, actor=actor)


def answer(mailbox, *, subject="Away", text="Back on Monday.", first=None, last=None):
    today = timezone.now().date()
    first_day, last_day = (
        None if days is None else today + timedelta(days=days) for days in (first, last)
    )
    set_auto_reply(
        mailbox=mailbox, on=True, subject=subject, text=text, first_day=first_day,
        last_day=last_day, actor=Actor.system(mailbox.account),
    )  # fmt: skip


def elsewhere(mailbox, name="friend"):
    return f"{name}-{mailbox.address}.elsewhere.test"


def arrives(mailbox, *expected):
    wait_for(lambda: subjects(mailbox.address) == list(expected), f"{expected} in {mailbox}")


def send_with(recipient, sender, **headers):
    """Mail from outside that says of itself what it is."""
    mail = message(sender, recipient, "Marked")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        client.sendmail(sender, [recipient], mail.as_bytes())


def answers_only(mailbox, writer, unanswered):
    """What came before got no answer: this, which comes later, has got one, and it is alone."""
    assert send(mailbox.address, "Plain", sender=writer) == 250
    wait_for(lambda: sent_to(writer), "the answer to a plain message")
    assert sent_to(unanswered) == []


@pytest.mark.parametrize("copy", [True, False])
def test_forwarded_mail_arrives(new_mailbox, copy):
    mailbox = new_mailbox()
    friend, colleague = elsewhere(mailbox), elsewhere(mailbox, "colleague")
    forward(mailbox, friend, colleague, copy=copy)
    assert send(mailbox.address, "Passed on") == 250
    for target in (friend, colleague):
        (found,) = wait_for(lambda target=target: sent_to(target), target)
        assert found["Subject"] == "Passed on"
    arrives(mailbox, *["Passed on"] * copy)


def test_what_was_changed_counts_for_the_next_message(new_mailbox):
    mailbox = new_mailbox()
    forward(mailbox, elsewhere(mailbox), copy=False)
    send(mailbox.address, "First")
    wait_for(lambda: sent_to(elsewhere(mailbox)), "the first")
    forward(mailbox)
    send(mailbox.address, "Second")
    arrives(mailbox, "Second")
    assert len(sent_to(elsewhere(mailbox))) == 1


def test_forwarding_over_neighbours_ends_where_it_should(new_mailbox):
    anna, ben, carl = new_mailbox(), new_mailbox(), new_mailbox()
    forward(anna, ben.address, copy=False)
    forward(ben, carl.address)
    with pytest.raises(Refused, match="go round in circles"):
        forward(carl, anna.address)
    send(anna.address, "Round?")
    arrives(carl, "Round?")
    arrives(ben, "Round?")
    assert subjects(anna.address) == []


@pytest.mark.parametrize("copy", [True, False])
def test_a_circle_that_an_alias_closes_later_ends_and_loses_no_mail(new_mailbox, copy):
    anna, ben = new_mailbox(), new_mailbox()
    alias = make_alias(anna.domain, f"to-{ben.local_part}", ben.address)
    forward(anna, alias.address, copy=copy)
    edit_alias(alias=alias, targets=[anna.address], actor=Actor.system(anna.account))
    send(anna.address, "Round")
    arrives(anna, *["Round"] * (1 + copy))


def test_a_sender_is_answered_once_and_the_mail_is_kept(new_mailbox):
    mailbox = new_mailbox()
    answer(mailbox)
    writer = elsewhere(mailbox, "writer")
    for subject in ("First", "Second"):
        assert send(mailbox.address, subject, sender=writer) == 250
    arrives(mailbox, "First", "Second")
    (reply,) = wait_for(lambda: sent_to(writer), "the answer")
    assert reply["Subject"] == "Away"
    assert reply["Auto-Submitted"].startswith("auto-replied")
    assert reply["X-Envelope-From"] == "<>"


def test_every_character_comes_through(new_mailbox):
    mailbox = new_mailbox()
    answer(mailbox, subject='Ferien "Grüße" \\ 🙂', text=AWKWARD)
    writer = elsewhere(mailbox, "writer")
    send(mailbox.address, "Hello", sender=writer)
    (reply,) = wait_for(lambda: sent_to(writer), "the answer")
    body = reply.get_payload(decode=True).decode()
    assert body.strip().splitlines() == AWKWARD.splitlines()
    assert str(make_header(decode_header(reply["Subject"]))) == 'Ferien "Grüße" \\ 🙂'


@pytest.mark.parametrize(
    "header",
    [
        {"List_Id": "<news.elsewhere.test>"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
    ],
)
def test_lists_and_machines_are_not_answered(new_mailbox, header):
    mailbox = new_mailbox()
    answer(mailbox)
    send_with(mailbox.address, elsewhere(mailbox, "machine"), **header)
    arrives(mailbox, "Marked")
    answers_only(mailbox, elsewhere(mailbox, "writer"), elsewhere(mailbox, "machine"))


def test_mail_to_ones_alias_and_to_the_alias_domain_is_answered(new_mailbox, new_domain):
    mailbox = new_mailbox()
    answer(mailbox)
    alias = make_alias(mailbox.domain, f"also-{mailbox.local_part}", mailbox.address)
    mirror = new_domain(alias_of=mailbox.domain)
    for address in (alias.address, f"{mailbox.local_part}@{mirror.name}"):
        writer = f"to-{address}.elsewhere.test"
        assert send(address, "Hello", sender=writer) == 250
        wait_for(lambda writer=writer: sent_to(writer), f"the answer for {address}")


def test_mail_to_an_address_of_several_people_is_not_answered(new_mailbox):
    mailbox, colleague = new_mailbox(), new_mailbox()
    answer(mailbox)
    team = make_alias(
        mailbox.domain, f"team-{mailbox.local_part}", mailbox.address, colleague.address
    )
    send(team.address, "Everybody", sender=elsewhere(mailbox, "stranger"))
    arrives(mailbox, "Everybody")
    answers_only(mailbox, elsewhere(mailbox, "writer"), elsewhere(mailbox, "stranger"))


@pytest.mark.parametrize("days", [(0, 0), (-1, 1), (None, 0), (0, None), (None, None)])
def test_it_answers_on_its_days(new_mailbox, days):
    mailbox = new_mailbox()
    answer(mailbox, first=days[0], last=days[1])
    writer = elsewhere(mailbox, "writer")
    send(mailbox.address, "Today", sender=writer)
    wait_for(lambda: sent_to(writer), "the answer")


@pytest.mark.parametrize("days", [(1, 2), (-2, -1), (None, -1), (1, None)])
def test_it_does_not_answer_on_other_days(new_mailbox, days):
    mailbox = new_mailbox()
    answer(mailbox, first=days[0], last=days[1])
    early = elsewhere(mailbox, "early")
    send(mailbox.address, "Today", sender=early)
    arrives(mailbox, "Today")
    answer(mailbox)
    answers_only(mailbox, elsewhere(mailbox, "writer"), early)


def test_two_who_are_away_do_not_answer_each_other_for_ever(new_mailbox):
    anna, ben = new_mailbox(), new_mailbox()
    for box in (anna, ben):
        answer(box)
    send(ben.address, "Hello", sender=anna.address)
    arrives(anna, "Away")
    arrives(ben, "Hello")


def test_forwarding_and_auto_reply_together(new_mailbox):
    mailbox = new_mailbox()
    forward(mailbox, elsewhere(mailbox), copy=False)
    answer(mailbox)
    writer = elsewhere(mailbox, "writer")
    send(mailbox.address, "Both", sender=writer)
    wait_for(lambda: sent_to(writer), "the answer")
    wait_for(lambda: sent_to(elsewhere(mailbox)), "the forwarded message")
    assert subjects(mailbox.address) == []
