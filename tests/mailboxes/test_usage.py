"""What the page of a mailbox says about its use, now and over the year."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kuploy.throttle import throttle
from mailboxes.models import HostJob, Mailbox
from quotas.models import Point
from tests.conftest import HTMX
from tests.quotas.test_settlement import fill


@pytest.fixture
def page(as_alice, mailbox):
    return lambda: as_alice.get(mailbox.get_absolute_url()).text


@pytest.fixture
def fragment(as_alice, mailbox):
    url = reverse("mailboxes:usage", args=["acme", mailbox.pk])
    return lambda: as_alice.get(url, headers=HTMX).text


@pytest.fixture
def refresh(as_alice, mailbox):
    url = reverse("mailboxes:measure", args=["acme", mailbox.pk])
    return lambda **headers: as_alice.post(url, headers=headers)


@pytest.mark.parametrize(
    ("percent", "word"),
    [
        (79, ">79&nbsp;%<"),
        (80, "Filling up · 80&nbsp;%"),
        (95, "Almost full · 95&nbsp;%"),
        (100, "Full · 100&nbsp;%"),
    ],
)
def test_the_state_is_a_word(page, mailbox, percent, word):
    fill(mailbox, percent)
    text = page()
    assert word in text
    assert ("new mail is refused" in text) == (percent >= 95)


def test_messages_have_a_bar_and_can_fill_it_too(page, mailbox):
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_messages=1000)
    fill(mailbox, 10, messages=1000)
    assert "Full: new mail is refused" in page()


def test_it_says_when_dovecot_reported(page, mailbox):
    assert "No mail has come in yet" in page()
    fill(mailbox, 10)
    assert "As Dovecot reported it" in page()


def test_refresh_asks_and_the_card_waits_for_the_answer(refresh, fragment, mailbox):
    response = refresh(**HTMX)
    assert response.status_code == 200
    assert "<html" not in response.text
    for text in (response.text, fragment()):
        assert "Asking the mail host" in text
        assert "delay:1s" in text
        assert "is-busy" in text
    HostJob.objects.all().delete()
    assert "hx-trigger" not in fragment()
    assert 'id="spoken"' in fragment()


def test_without_script_it_leads_back_to_the_page(refresh, mailbox):
    assert refresh().url == mailbox.get_absolute_url()


def test_a_mail_host_that_does_not_answer_is_named(refresh, fragment):
    refresh()
    HostJob.objects.get(kind="measure").failed("Dovecot on mail1 does not answer.")
    text = fragment()
    assert "Dovecot on mail1 does not answer." in text
    assert "It is asked again by itself" in text
    assert "delay:10s" in text
    assert "is-busy" not in text


def test_a_worker_that_is_away_is_said_too(refresh, fragment):
    refresh()
    HostJob.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert "No answer from the mail host yet" in fragment()


def test_who_only_reads_cannot_ask(client, bob, mailbox):
    client.force_login(bob)
    text = client.get(mailbox.get_absolute_url()).text
    assert "As Dovecot" in text or "No mail has come in yet" in text
    assert "Refresh" not in text


def test_the_year_is_drawn_from_two_days_on(page, mailbox):
    assert "nothing to draw yet" in page()
    fill(mailbox, 50, messages=3)
    day = timezone.now().date() - timedelta(days=40)
    Point.objects.create(mailbox_id=mailbox.pk, day=day, bytes=2**29 + 2**28, messages=2)
    text = page()
    assert 'class="history-line"' in text
    assert "nothing to draw yet" not in text
    assert "Most: 768.0" in text
    assert "Limit: 1.0" in text
    assert text.count("<figure") == 1


def test_messages_are_drawn_where_they_are_the_problem(page, mailbox):
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_messages=10)
    fill(mailbox, 50, messages=9)
    day = timezone.now().date() - timedelta(days=40)
    Point.objects.create(mailbox_id=mailbox.pk, day=day, bytes=1, messages=2)
    assert page().count("<figure") == 2


def test_a_whole_account_cannot_keep_a_host_busy(refresh, acme):
    for _other_mailbox in range(60):
        throttle(f"measures:{acme.pk}", limit=60, seconds=60)
    assert refresh().status_code == 422
    assert not HostJob.objects.filter(kind="measure").exists()
