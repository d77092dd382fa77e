"""What the user of a mailbox sees and changes."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from passlib.hash import argon2

from accounts.models import AuditEvent
from mailboxes.models import HostJob
from quotas.models import Point, Usage
from tests.conftest import GB, PASSWORD, make_mailbox
from tests.mailboxes.own.conftest import sign_in

NEW = "another good horse"


def use(mailbox, size, messages):
    Usage.objects.create(
        username=mailbox.address, bytes=size, messages=messages, updated_at=timezone.now()
    )


def change(client, **typed):
    fields = {"old_password": PASSWORD, "password": NEW, **typed}
    return client.post(reverse("own:password"), fields)


def test_it_shows_both_metrics_and_the_settings(own, mailbox, settings):
    use(mailbox, GB // 2, 1234)
    text = own.get("/mailbox/").text
    for part in ("512.0", "1,234", "50", settings.IMAP_HOST, "SSL/TLS", "STARTTLS"):
        assert part in text


@pytest.mark.parametrize(
    ("share", "word"), [(0.96, "Almost full: at 100"), (1.0, "Full: new mail is refused")]
)
def test_a_mailbox_that_is_full_says_what_to_do(own, mailbox, share, word):
    use(mailbox, int(GB * share), 1)
    text = own.get("/mailbox/").text
    assert word in text
    assert "empty the trash" in text


def test_it_draws_the_history(own, mailbox):
    use(mailbox, GB // 2, 5)
    Point.objects.create(mailbox_id=mailbox.pk, day="2026-01-01", bytes=GB // 4, messages=3)
    assert "history-line" in own.get("/mailbox/").text


def test_another_mailbox_shows_nothing_of_itself(own, domain):
    other = make_mailbox(domain, "other")
    use(other, GB // 3, 98_765)
    text = own.get("/mailbox/").text
    assert "other@" not in text
    assert "98,765" not in text


def test_the_page_costs_a_fixed_number_of_queries(own, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        own.get("/mailbox/")


def test_a_new_password_counts_and_the_person_stays(own, mailbox, queued):
    key = own.session.session_key
    with queued() as jobs:
        assert change(own).url == reverse("own:settings")
    mailbox.refresh_from_db()
    assert argon2.verify(NEW, mailbox.password_hash.removeprefix("{ARGON2ID}"))
    assert own.get("/mailbox/").status_code == 200
    assert own.session.session_key != key
    assert HostJob.objects.get().kind == "kick"
    assert jobs == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


def test_another_session_of_the_mailbox_ends(own, mailbox):
    second = Client()
    sign_in(second)
    change(own)
    assert second.get("/mailbox/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"old_password": "wrong"}, "This is not the current password."),
        ({"old_password": ""}, "This field is required."),
        ({"password": "short"}, "at least 8 characters"),
        ({"password": "password"}, "too common"),
        ({"password": "info@acme.test"}, "must not be the address"),
        ({"password": "x" * 129}, "at most 128 characters"),
    ],
)
def test_a_bad_change_says_why_and_changes_nothing(own, mailbox, typed, reason):
    response = change(own, **typed)
    assert (response.status_code, reason in response.text) == (422, True)
    before = mailbox.password_hash
    mailbox.refresh_from_db()
    assert mailbox.password_hash == before
    assert not HostJob.objects.exists()


def test_an_open_page_is_no_place_to_guess(own):
    for _try in range(10):
        change(own, old_password="wrong")
    response = change(own)
    assert (response.status_code, "Too many tries" in response.text) == (422, True)


def test_the_language_of_notices(own, mailbox):
    assert own.post(reverse("own:language"), {"language": "it"}).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.language == "it"


def test_a_language_that_nobody_writes_is_refused(own, mailbox):
    assert own.post(reverse("own:language"), {"language": "tlh"}).status_code == 422
    mailbox.refresh_from_db()
    assert mailbox.language == "en"


def test_what_is_done_is_written_down_as_the_mailboxs_own_act(own, acme):
    AuditEvent.objects.all().delete()
    change(own)
    own.post(reverse("own:language"), {"language": "it"})
    found = AuditEvent.objects.order_by("pk").values_list("action", "actor", "actor_name", "ip")
    assert list(found) == [
        ("mailbox.password_changed", None, "info@acme.test", "127.0.0.1"),
        ("mailbox.language_changed", None, "info@acme.test", "127.0.0.1"),
    ]
    assert set(acme.audit_events.values_list("account", flat=True)) == {acme.pk}


def test_the_meter_judges_what_is_typed(own):
    response = own.post(reverse("own:strength"), {"password": "correct horse battery staple"})
    assert "Strong" in response.text
    assert "<html" not in response.text
