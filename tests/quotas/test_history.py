"""A point for each day that changed a mailbox, kept for a year."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from quotas import history, tasks
from quotas.models import Point, Usage
from tests.concurrency import at_once
from tests.conftest import GB, make_mailbox

TODAY = timezone.now().date()


def days_ago(days):
    return TODAY - timedelta(days=days)


def write(mailbox, used, messages=1, *, days=0):
    """As Dovecot did so many days ago; a trigger would set the time of an update to now."""
    at = datetime.combine(days_ago(days), datetime.max.time(), UTC) if days else timezone.now()
    Usage.objects.filter(username=mailbox.address).delete()
    Usage.objects.create(username=mailbox.address, bytes=used, messages=messages, updated_at=at)


def points(mailbox):
    found = Point.objects.filter(mailbox_id=mailbox.pk).order_by("day")
    return list(found.values_list("day", "bytes"))


def test_the_point_of_today_follows_until_the_day_is_over(mailbox):
    write(mailbox, 5)
    history.note()
    assert points(mailbox) == [(TODAY, 5)]
    write(mailbox, 7)
    history.note()
    assert points(mailbox) == [(TODAY, 7)]


def test_a_day_without_change_has_no_point(mailbox, domain):
    quiet = make_mailbox(domain, "quiet")
    write(quiet, 5, days=3)
    write(mailbox, 5)
    history.note()
    assert points(quiet) == []


def test_the_last_hour_of_a_day_and_days_without_a_worker_are_caught_up(mailbox, domain):
    late = make_mailbox(domain, "late")
    Point.objects.create(mailbox_id=late.pk, day=days_ago(3), bytes=1, messages=1)
    write(late, 9, days=3)
    write(mailbox, 5, days=2)
    history.note()
    assert points(late) == [(days_ago(3), 9)]
    assert points(mailbox) == [(days_ago(2), 5)]


def test_a_point_that_says_the_same_is_not_written_again(mailbox):
    def version():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ctid::text FROM quotas_point")
            return cursor.fetchall()

    write(mailbox, 5)
    history.note()
    before = version()
    history.note()
    assert version() == before


def test_a_clock_that_was_ahead_leaves_nothing_behind(mailbox):
    Point.objects.create(mailbox_id=mailbox.pk, day=days_ago(-30), bytes=1, messages=1)
    write(mailbox, 5)
    tasks.note_history()
    assert points(mailbox) == [(TODAY, 5)]


def test_points_older_than_a_year_are_forgotten_in_batches(mailbox, monkeypatch):
    monkeypatch.setattr(history, "AT_MOST", 2)
    Point.objects.bulk_create(
        Point(mailbox_id=mailbox.pk, day=days_ago(days), bytes=1, messages=1)
        for days in (365, 366, 367, 368, 369)
    )
    assert history.forget() == 2
    tasks.note_history()
    assert [day for day, _bytes in points(mailbox)] == [days_ago(366), days_ago(365)]


def test_points_go_with_their_mailbox(mailbox, domain):
    other = make_mailbox(domain, "other")
    for box in (mailbox, other):
        write(box, 5)
    history.note()
    mailbox.delete()
    assert set(Point.objects.values_list("mailbox_id", flat=True)) == {other.pk}


@pytest.mark.django_db(transaction=True)
def test_who_finds_another_at_it_leaves_it_to_them(mailbox):
    held, done = Event(), Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(history.LOCK)
            held.set()
            assert done.wait(10)

    def note():
        assert held.wait(10)
        history.note()
        done.set()

    write(mailbox, 5)
    assert at_once(hold, note) == [None, None]
    assert points(mailbox) == []


def test_the_year_ends_with_what_dovecot_says_now(mailbox):
    for days, used in ((400, 1), (10, 2), (0, 3)):
        Point.objects.create(mailbox_id=mailbox.pk, day=days_ago(days), bytes=used, messages=1)
    write(mailbox, GB)
    found = history.of(mailbox.pk, mailbox.usage)
    assert [(point.day, point.bytes) for point in found] == [(days_ago(10), 2), (TODAY, GB)]
    assert history.of(mailbox.pk, None)[-1].bytes == 0
