"""What a receiver sees of a webhook, and how its answers are taken."""

import logging
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from kuploy.settings import BASE_DIR
from notifications import payloads, secrets
from notifications.models import Alert, Channel, Delivery
from notifications.sending import send_due
from tests.kuploy.receivers import answer, polite, receiver, unused_port
from tests.notifications.conftest import FACTS, bodies, header

pytestmark = pytest.mark.django_db(transaction=True)
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verify(request, secret):
    return Webhook(secret).verify(request[1], {name: header(request, name) for name in HEADERS})


def try_once(webhook, due, behave, **fields):
    """One delivery, tried once at a receiver that behaves like this."""
    with receiver(behave) as server:
        return try_at(webhook, due, server, **fields)


def try_at(webhook, due, target, **fields):
    channel = webhook(target, **fields)
    (delivery,) = due(channel)
    send_due(channel.pk)
    delivery.refresh_from_db()
    channel.refresh_from_db()
    return delivery, channel, delivery.attempts.get()


def try_again(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    send_due(delivery.channel_id)


def test_a_full_mailbox_is_told_in_the_agreed_form(webhook, due):
    with receiver(polite(answer(200))) as server:
        try_at(webhook, due, server)
    assert bodies(server) == [
        {
            "action_type": "email_overquota",
            "event": "exceeded",
            "metric": "space",
            "domain_name": "acme.test",
            "account": "acme",
            "payload": {
                "email_address": "info@acme.test",
                "email_code": FACTS["mailbox_code"],
                "assigned_size": 1000,
                "used_size": 850,
                "crossed": 80,
            },
        }
    ]


DOMAIN = {"domain": "acme.test"}
PLAN = {"metric": "aliases", "used": 80, "limit": 100, "crossed": 80}


@pytest.mark.parametrize(
    ("kind", "facts", "told"),
    [
        ("quota_normal", FACTS | {"crossed": 75}, ("email_overquota", "back_to_normal", "space")),
        ("quota_100", FACTS | {"metric": "messages"}, ("email_overquota", "exceeded", "messages")),
        ("plan_limit", PLAN, ("plan_limit", "exceeded", "aliases")),
        ("plan_limit", PLAN | {"crossed": 75}, ("plan_limit", "back_to_normal", "aliases")),
        ("domain_active", DOMAIN | {"domain_code": "d"}, ("domain_create", None, None)),
        ("claim_lost", DOMAIN, ("claim_lost", None, None)),
        ("suspended", DOMAIN | {"what": "domain", "step": "no_mail"}, ("suspended", None, None)),
        ("resumed", {"what": "account", "name": "Acme"}, ("resumed", None, None)),
        ("channel_stopped", {"url": "h", "reason": "r"}, ("channel_stopped", None, None)),
        ("test", {}, ("test", None, None)),
    ],
)
def test_every_kind_names_its_action(acme, kind, facts, told):
    alert = Alert(account=acme, kind=kind, facts=facts)
    message = payloads.message(alert)
    assert (message["action_type"], message.get("event"), message.get("metric")) == told
    assert message.get("domain_name") == facts.get("domain")
    assert message["account"] == "acme"


def test_domains_are_named_as_in_addresses(acme):
    alert = Alert(account=acme, kind="dns_cured", facts={"domain": "bücher.test"})
    assert payloads.message(alert)["domain_name"] == "xn--bcher-kva.test"


def test_the_documentation_names_every_action():
    documented = set(re.findall(r"`(\w+)`", (BASE_DIR / "docs" / "webhooks.md").read_text()))
    assert {payloads.ACTIONS.get(kind, kind) for kind in Alert.Kind} <= documented


def test_a_mailbox_whose_limit_was_taken_away_can_be_told(acme):
    facts = {name: value for name, value in FACTS.items() if name != "limit"}
    message = payloads.message(Alert(account=acme, kind="quota_normal", facts=facts))
    assert message["payload"]["assigned_size"] is None


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_2xx_is_a_delivery(webhook, due, status):
    fields = {"failing_since": timezone.now()}
    delivery, channel, attempt = try_once(webhook, due, polite(answer(status, b"ok")), **fields)
    assert (delivery.due_at, delivery.attempt_count, attempt.status) == (None, 1, status)
    assert delivery.sent_at
    assert channel.failing_since is None


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(webhook, due, status):
    said = answer(status, b"no\0\xff", "Location: http://127.0.0.1:1/")
    delivery, channel, attempt = try_once(webhook, due, polite(said))
    assert delivery.sent_at is None
    assert timedelta(0) < delivery.due_at - timezone.now() < timedelta(seconds=12)
    assert (attempt.status, attempt.answer, attempt.error) == (status, "no\ufffd", "")
    assert delivery.outcome == f"It answered with status {status}."
    assert channel.failing_since
    assert channel.quiet_until is None


def close(conversation):
    conversation.hear()


def hang(conversation):
    conversation.hear()
    conversation.hang()


@pytest.mark.parametrize(
    ("behave", "sentence"),
    [
        (close, "It closed the connection without an answer."),
        (hang, "It did not answer within 0.2 seconds."),
    ],
)
def test_no_answer_is_tried_again_and_gives_the_receiver_a_rest(
    webhook, due, settings, behave, sentence
):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.2
    delivery, channel, attempt = try_once(webhook, due, behave)
    assert (attempt.status, attempt.error, delivery.outcome) == (None, sentence, sentence)
    assert delivery.due_at > timezone.now()
    assert timedelta(0) < channel.quiet_until - timezone.now() < timedelta(seconds=11)


def test_nobody_there(webhook, due):
    port = unused_port()
    _delivery, channel, attempt = try_at(webhook, due, f"http://127.0.0.1:{port}/")
    assert attempt.error == f"Its address 127.0.0.1 refuses connections to port {port}."
    assert channel.quiet_until


def test_who_has_been_away_for_long_is_asked_every_ten_minutes(webhook, due):
    since = timezone.now() - timedelta(hours=3)
    url = f"http://127.0.0.1:{unused_port()}/"
    _delivery, channel, _attempt = try_at(webhook, due, url, failing_since=since)
    pause = channel.quiet_until - timezone.now()
    assert timedelta(minutes=9) < pause < timedelta(minutes=10)
    assert channel.failing_since == since


def test_an_endless_answer_counts_by_its_status(webhook, due):
    def endless(conversation):
        conversation.hear()
        conversation.say(f"HTTP/1.1 200 X\r\nContent-Length: {2**30}\r\n\r\n".encode())
        while True:
            conversation.say(b"x" * 65536)

    delivery, _channel, attempt = try_once(webhook, due, endless)
    assert delivery.sent_at
    assert len(attempt.answer) == 2048


def test_a_receiver_that_is_gone_gets_nothing_more_and_its_people_are_told_once(
    acme, alice, webhook, due
):
    with receiver(polite(answer(410))) as server:
        channel = webhook(server)
        first, second = due(channel, 2)
        send_due(channel.pk)
        send_due(channel.pk)
    channel.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (len(server.requests), channel.state) == (1, Channel.State.DISABLED)
    assert first.given_up
    assert first.outcome == "Given up. It answered with status 410: it wants nothing more."
    assert second.due_at
    told = Alert.objects.get(kind="channel_stopped")
    assert told.facts["url"] == "127.0.0.1"
    assert told.title == "The webhook 127.0.0.1 gets nothing any more"
    assert "status 410" in told.body
    assert "t0p" not in str(told.facts)  # the query of its URL may be a secret


def test_it_is_signed_so_that_the_library_of_the_standard_agrees(webhook, due):
    secret = secrets.new_secret()
    with receiver(polite(answer(200))) as server:
        delivery, *_ = try_at(webhook, due, server, secret_encrypted=secrets.encrypted(secret))
    (request,) = server.requests
    assert verify(request, secret)["action_type"] == "email_overquota"
    assert header(request, "webhook-id") == str(delivery.code)
    assert header(request, "content-type") == "application/json"
    with pytest.raises(WebhookVerificationError):
        verify(request, secrets.new_secret())


@pytest.mark.parametrize(("minutes", "old_is_good"), [(5, True), (-5, False)])
def test_the_old_secret_signs_too_until_its_time_is_over(webhook, due, minutes, old_is_good):
    old, new = secrets.new_secret(), secrets.new_secret()
    with receiver(polite(answer(200))) as server:
        try_at(
            webhook, due, server,
            secret_encrypted=secrets.encrypted(new),
            previous_secret_encrypted=secrets.encrypted(old),
            previous_secret_until=timezone.now() + timedelta(minutes=minutes),
        )  # fmt: skip
    (request,) = server.requests
    assert verify(request, new)
    if old_is_good:
        assert verify(request, old)
    else:
        with pytest.raises(WebhookVerificationError):
            verify(request, old)


def test_a_secret_that_cannot_be_decrypted_is_a_failure_that_says_so(webhook, due):
    with receiver(polite(answer(200))) as server:
        _delivery, _channel, attempt = try_at(webhook, due, server, secret_encrypted=b"lost")
    assert attempt.error == "Its secret cannot be decrypted here: make a new one."
    assert server.requests == []


def test_every_attempt_says_the_same_under_the_same_id(webhook, due):
    with receiver(polite(answer(500), answer(200))) as server:
        delivery, *_ = try_at(webhook, due, server)
        try_again(delivery)
    first, second = server.requests
    assert first[1] == second[1]
    assert header(first, "webhook-id") == header(second, "webhook-id")
    assert delivery.attempts.count() == 2


def test_neither_secret_nor_url_are_logged(webhook, due, caplog, settings):
    caplog.set_level(logging.DEBUG)
    secret = secrets.new_secret()
    fields = {"secret_encrypted": secrets.encrypted(secret)}
    try_once(webhook, due, polite(answer(500)), **fields)
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.2
    try_once(webhook, due, hang, **fields)
    assert caplog.text
    for hidden in ("t0p", "/hook", secret, "v1,"):
        assert hidden not in caplog.text
