"""Forwarding and auto-reply of a mailbox, set by the account's people."""

import pytest
from django.urls import reverse

from mailboxes.models import MailRules
from mailboxes.rules import rules_of


@pytest.fixture
def urls(mailbox):
    names = ("rules", "forwarding", "auto_reply")
    return {name: reverse(f"mailboxes:{name}", args=["acme", mailbox.pk]) for name in names}


ANSWER = {"on": "on", "subject": "Away", "text": "Back soon."}


def test_the_mailboxs_page_leads_there(as_alice, mailbox, urls):
    assert urls["rules"] in as_alice.get(mailbox.get_absolute_url()).text


def test_a_viewer_is_not_led_there(client, bob, mailbox, urls):
    client.force_login(bob)
    assert urls["rules"] not in client.get(mailbox.get_absolute_url()).text


def test_what_is_set_counts_and_is_shown(as_alice, mailbox, urls):
    forward = as_alice.post(urls["forwarding"], {"forward_to": "x@elsewhere.test"})
    assert forward.url == as_alice.post(urls["auto_reply"], ANSWER).url == urls["rules"]
    mailbox.refresh_from_db()
    assert 'redirect "x@elsewhere.test";' in mailbox.sieve_script
    assert '"Back soon."' in mailbox.sieve_script
    text = as_alice.get(urls["rules"]).text
    assert "On, without a copy" in text
    assert "Back soon." in text


def test_it_is_written_down_as_the_persons_act(as_alice, acme, urls):
    as_alice.post(urls["forwarding"], {"forward_to": "x@elsewhere.test"})
    as_alice.post(urls["auto_reply"], ANSWER)
    latest = acme.audit_events.order_by("-pk").values_list("action", "actor_name")[:2]
    assert list(latest) == [
        ("mailbox.auto_reply_changed", "alice@example.test"),
        ("mailbox.forwarding_changed", "alice@example.test"),
    ]


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("forwarding", {"forward_to": "info@acme.test"}, "cannot forward to itself"),
        ("forwarding", {"forward_to": "nonsense"}, "is not an e-mail address"),
        ("auto_reply", {**ANSWER, "text": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_on_the_page(as_alice, urls, name, typed, reason):
    response = as_alice.post(urls[name], typed)
    assert (response.status_code, reason in response.text) == (422, True)
    assert not MailRules.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("charlie", 404)])
@pytest.mark.parametrize("name", ["forwarding", "auto_reply"])
def test_it_turns_others_away(client, request, mailbox, urls, name, who, status):
    client.force_login(request.getfixturevalue(who))
    typed = {"forward_to": "x@elsewhere.test", **ANSWER}
    assert client.post(urls[name], typed).status_code == status
    assert not MailRules.objects.exists()


def test_a_mailbox_that_goes_is_left_alone(as_alice, mailbox, urls):
    type(mailbox).objects.filter(pk=mailbox.pk).update(state="deleting")
    assert as_alice.post(urls["auto_reply"], ANSWER).status_code == 403
    assert not rules_of(mailbox).reply_on
