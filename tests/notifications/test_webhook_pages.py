"""Webhooks as customers set them up: the secret is seen once, and nothing is lost by a click."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from notifications import secrets, webhooks
from notifications.models import KINDS, Alert, Attempt, Channel, Delivery, Notice
from notifications.webhooks import WEBHOOKS_PER_ACCOUNT
from tests.concurrency import at_once

ALL = [kind for kind, _label in KINDS]
URL = "https://hooks.example.test/in?token=s3cr3t"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{20,}")
ADD = "/acme/notifications/webhooks/add/"


def url(name, *args):
    return reverse(f"notifications:{name}", args=["acme", *args])


def add(client, **typed):
    return client.post(ADD, {"code": uuid4(), "url": URL, "kinds": ALL, **typed})


@pytest.fixture
def hook(webhook):
    return webhook(URL)


def test_the_secret_is_shown_in_the_answer_and_never_again(as_alice, acme):
    answer = add(as_alice)
    channel = acme.channels.get(transport="webhook")
    secret = SECRET.search(answer.text)[0]
    assert secrets.secrets_of(channel) == [secret]
    assert "no-store" in answer["Cache-Control"]
    for page in (url("webhook", channel.pk), url("webhooks"), "/acme/activity/", "/acme/"):
        assert not SECRET.search(as_alice.get(page).text)
    assert "whsec_" not in str(dict(as_alice.session)) + str(as_alice.cookies)
    assert secret.encode() not in bytes(channel.secret_encrypted)


def test_it_keeps_what_was_typed(as_alice, acme):
    add(as_alice, url="HTTPS://Hooks.Example.test/in?a=b c".replace(" ", ""), kinds=["quota_100"])
    channel = acme.channels.get(transport="webhook")
    assert channel.address == "https://hooks.example.test/in?a=bc"
    assert set(ALL) - set(channel.muted) == {"quota_100"}
    assert channel.state == "active"


def test_the_same_form_twice_adds_one(as_alice, acme):
    code = uuid4()
    add(as_alice, code=code)
    again = add(as_alice, code=code)
    assert again.url == url("webhook", code)
    assert acme.channels.filter(transport="webhook").count() == 1


def test_a_form_that_names_anothers_webhook_takes_nothing(as_alice, charlie, webhook):
    theirs = webhook(URL, account=charlie.memberships.get().account)
    answer = add(as_alice, code=theirs.pk, url="https://evil.example.test/")
    assert as_alice.get(answer.url).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.address, theirs.account.slug) == (URL, "elsewhere")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"url": "ftp://example.com/"}, "This is not a web address"),
        ({"url": "https://user:pass@example.com/"}, "Leave out the user name"),
        ({"url": ""}, "This field is required"),
        ({"kinds": []}, "Choose at least one kind"),
        ({"kinds": ["nonsense"]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_alice, acme, typed, sentence):
    answer = add(as_alice, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed.get("url", URL)}"' in answer.text or not typed.get("url", URL)
    assert not acme.channels.filter(transport="webhook").exists()


def test_private_addresses_and_plain_http_are_refused(as_alice, settings):
    settings.INSECURE_RECEIVERS = False
    assert "must begin with https" in add(as_alice, url="http://example.com/").text
    assert add(as_alice, url="https://169.254.169.254/latest/").status_code == 422


def test_an_account_has_twenty_at_most(as_alice, webhook, acme):
    for _number in range(WEBHOOKS_PER_ACCOUNT):
        webhook(URL)
    answer = add(as_alice)
    assert answer.status_code == 422
    assert "20 webhooks at most" in answer.text
    assert ADD not in as_alice.get(url("webhooks")).text


@pytest.mark.django_db(transaction=True)
def test_twenty_holds_for_two_clicks_at_once(acme, actor, webhook):
    for _number in range(WEBHOOKS_PER_ACCOUNT - 1):
        webhook(URL)

    def click():
        webhooks.add_webhook(
            account=acme, pk=uuid4(), url=URL, muted=[], include_clients=False, actor=actor
        )

    at_once(click, click)
    assert acme.channels.filter(transport="webhook").count() == WEBHOOKS_PER_ACCOUNT


@pytest.mark.parametrize(("kind", "kept"), [("reseller", True), ("customer", False)])
def test_only_resellers_hear_of_clients(as_alice, acme, kind, kept):
    Account.objects.filter(pk=acme.pk).update(kind=kind)
    assert ("Also for my clients" in as_alice.get(ADD).text) is kept
    add(as_alice, include_clients="on")
    assert acme.channels.get(transport="webhook").include_clients is kept


def test_address_and_kinds_are_changed(as_alice, hook):
    page = url("webhook", hook.pk)
    before = bytes(hook.secret_encrypted)
    typed = {"url": "https://new.example.test/", "kinds": ["dns_broken"]}
    assert as_alice.post(page, typed).url == page
    hook.refresh_from_db()
    assert hook.address == "https://new.example.test/"
    assert set(ALL) - set(hook.muted) == {"dns_broken"}
    assert bytes(hook.secret_encrypted) == before
    wrong = as_alice.post(page, {"url": "nonsense", "kinds": ALL})
    assert wrong.status_code == 422
    assert "This is not a web address" in wrong.text
    assert 'value="nonsense"' in wrong.text


def rotate(client, hook):
    page = client.get(url("webhook", hook.pk)).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    return client.post(url("rotate_secret", hook.pk), {"seen": seen})


def test_a_new_secret_signs_beside_the_one_before_for_a_day(as_alice, hook):
    [old] = secrets.secrets_of(hook)
    answer = rotate(as_alice, hook)
    hook.refresh_from_db()
    assert secrets.secrets_of(hook) == [SECRET.search(answer.text)[0], old]
    left = hook.previous_secret_until - timezone.now()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24, minutes=1)
    assert "The one before signs too until" in as_alice.get(url("webhook", hook.pk)).text
    assert not SECRET.search(as_alice.get(url("webhook", hook.pk)).text)


def test_reloading_that_answer_does_not_push_out_the_secret_in_use(as_alice, hook):
    [old] = secrets.secrets_of(hook)
    page = as_alice.get(url("webhook", hook.pk)).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    answers = [as_alice.post(url("rotate_secret", hook.pk), {"seen": seen}) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [200, 422]
    hook.refresh_from_db()
    assert old in secrets.secrets_of(hook)


def test_a_second_rotation_that_is_meant_is_done(as_alice, hook):
    rotate(as_alice, hook)
    assert rotate(as_alice, hook).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_people_who_renew_it_at_once_keep_the_one_in_use(hook, actor):
    [old] = secrets.secrets_of(hook)

    def click():
        channel = Channel.objects.get(pk=hook.pk)
        return webhooks.rotate_secret(channel=channel, seen="first", actor=actor)

    outcomes = at_once(click, click)
    assert sorted(type(each).__name__ for each in outcomes) == ["Refused", "str"]
    hook.refresh_from_db()
    assert old in secrets.secrets_of(hook)


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_a_stopped_one_says_so_and_is_resumed(as_alice, webhook, queued, state):
    hook = webhook(URL, state=state, failing_since=timezone.now(), quiet_until=timezone.now())
    assert "Resume" in as_alice.get(url("webhook", hook.pk)).text
    with queued() as jobs:
        assert as_alice.post(url("resume_webhook", hook.pk)).status_code == 302
    hook.refresh_from_db()
    assert (hook.state, hook.failing_since, hook.quiet_until) == ("active", None, None)
    assert jobs == [("notifications.tasks.send", str(hook.pk))]
    assert as_alice.post(url("resume_webhook", hook.pk)).status_code == 422


def test_a_failing_one_says_since_when(as_alice, webhook):
    since = timezone.now() - timedelta(hours=5)
    hook = webhook(URL, failing_since=since)
    assert f"{since:%Y-%m-%d %H:%M} UTC" in as_alice.get(url("webhook", hook.pk)).text
    assert "Failing" in as_alice.get(url("webhooks")).text


def test_a_test_goes_to_that_webhook_alone(as_alice, hook, webhook, queued):
    webhook("https://other.example.test/")
    with queued() as jobs:
        answer = as_alice.post(url("test_webhook", hook.pk))
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.alert.kind) == (hook, Alert.Kind.TEST)
    assert answer.url == url("delivery", delivery.code)
    assert jobs == [("notifications.tasks.send", str(hook.pk))]
    assert not Notice.objects.filter(alert=delivery.alert).exists()


def test_a_test_does_not_wait_for_a_receiver_that_was_away(as_alice, webhook):
    hook = webhook(URL, quiet_until=timezone.now() + timedelta(minutes=50))
    as_alice.post(url("test_webhook", hook.pk))
    assert Channel.objects.ready().filter(pk=hook.pk).exists()


def test_a_stopped_one_is_not_tested(as_alice, webhook):
    hook = webhook(URL, state="paused")
    assert "Send a test" not in as_alice.get(url("webhook", hook.pk)).text
    answer = as_alice.post(url("test_webhook", hook.pk))
    assert (answer.status_code, Delivery.objects.count()) == (422, 0)


def test_removing_takes_its_deliveries_along_and_no_others(as_alice, hook, webhook, due):
    for channel in (hook, webhook("https://other.example.test/")):
        for delivery in due(channel, 3):
            Attempt.objects.create(delivery=delivery, milliseconds=1)
    page = url("remove_webhook", hook.pk)
    assert "cannot be undone" in as_alice.get(page).text
    assert Channel.objects.filter(pk=hook.pk).exists()
    assert as_alice.post(page).url == url("webhooks")
    assert not Channel.objects.filter(pk=hook.pk).exists()
    assert (Delivery.objects.count(), Attempt.objects.count()) == (3, 3)


def test_whoever_only_looks_sees_no_address(client, bob, hook):
    client.force_login(bob)
    page = client.get("/acme/notifications/").text
    assert url("webhooks") not in page
    assert client.get(url("webhooks")).status_code == 403


def test_no_webhooks_lead_to_the_first(as_alice):
    assert "No webhooks yet" in as_alice.get(url("webhooks")).text
