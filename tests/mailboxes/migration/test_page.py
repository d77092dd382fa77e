"""The page of a migration: how it stands, and what can be done now."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from mailboxes.migration import outcomes, services, tasks
from mailboxes.migration.models import MigrationMailbox, State, Step
from notifications.links import links
from notifications.models import Alert
from tests.conftest import GB, HTMX, make_mailbox


def post(client, move, name):
    return client.post(reverse(f"migration:{name}", args=[move.job.account.slug, move.job.code]))


def test_what_was_tested_can_be_copied(as_alice, move, queued):
    page = as_alice.get(move.job.get_absolute_url())
    assert "Copy all mail" in page.text
    assert "Ready" in page.text
    with queued() as jobs:
        post(as_alice, move, "copy")
    move.refresh_from_db()
    assert (move.step, move.state) == (Step.COPY, State.WAITING)
    assert ("mailboxes.migration.tasks.move", "mail1") in jobs


def test_a_source_larger_than_the_mailbox_is_said_before_the_copy(as_alice, move):
    MigrationMailbox.objects.update(bytes=2 * GB)
    page = as_alice.get(move.job.get_absolute_url())
    assert "1 mailbox here is smaller than its mail there" in page.text
    assert "Larger than the mailbox" in page.text


def test_the_final_copy_is_offered_when_the_mx_is_here(as_alice, move, domain):
    domain.mx_here = False
    domain.save()
    page = as_alice.get(move.job.get_absolute_url())
    assert "Final copy" not in page.text
    assert "They do not yet for: acme.test." in page.text
    refusal = post(as_alice, move, "final")
    assert "do not point here yet" in refusal.text
    domain.mx_here = True
    domain.save()
    assert "Final copy" in as_alice.get(move.job.get_absolute_url()).text
    assert post(as_alice, move, "final").status_code == 302


def test_the_page_follows_what_is_at_work_and_rests_afterwards(as_alice, move):
    post(as_alice, move, "copy")
    live = as_alice.get(move.job.get_absolute_url(), headers=HTMX)
    assert 'hx-trigger="every 2s"' in live.text
    MigrationMailbox.objects.update(state=State.DONE)
    assert "every 2s" not in as_alice.get(move.job.get_absolute_url(), headers=HTMX).text


def test_pause_and_resume(as_alice, move):
    post(as_alice, move, "copy")
    post(as_alice, move, "pause")
    assert MigrationMailbox.objects.get().state == State.PAUSED
    post(as_alice, move, "resume")
    assert MigrationMailbox.objects.get().state == State.WAITING


def test_nothing_is_begun_twice(as_alice, move):
    post(as_alice, move, "copy")
    assert "It is at work" in post(as_alice, move, "copy").text


def test_a_row_is_corrected_and_tested_again(as_alice, move, domain):
    other = make_mailbox(domain, "other")
    MigrationMailbox.objects.update(state=State.FAILED, last_error="It refused the sign-in: “No”")
    url = reverse("migration:mailbox", args=[move.job.account.slug, move.code])
    assert "It refused the sign-in: “No”" in as_alice.get(url).text
    typed = {"remote_user": "anna", "remote_password": "new", "address": other.address}
    as_alice.post(url, typed)
    move.refresh_from_db()
    assert (move.mailbox, move.step, move.state) == (other, Step.TEST, State.WAITING)
    assert (move.login.user, move.login.password) == ("anna", "new")


def test_a_password_that_is_not_typed_stays(as_alice, move):
    url = reverse("migration:mailbox", args=[move.job.account.slug, move.code])
    as_alice.post(url, {"remote_user": "anna", "address": move.address})
    move.refresh_from_db()
    assert (move.login.user, move.login.password) == ("anna", "old-secret")


def test_a_missing_mailbox_is_found_when_it_is_there(as_alice, move, domain):
    MigrationMailbox.objects.update(
        mailbox=None, address="late@acme.test", state=State.FAILED, step=Step.TEST
    )
    make_mailbox(domain, "late")
    post(as_alice, move, "test")
    move.refresh_from_db()
    assert (str(move.mailbox), move.state) == ("late@acme.test", State.WAITING)


def test_folders_and_where_they_go_are_listed(as_alice, move):
    page = as_alice.get(reverse("migration:mailbox", args=[move.job.account.slug, move.code]))
    assert "Gesendet" in page.text
    assert "Sent" in page.text


def test_a_removed_migration_takes_its_passwords_along(as_alice, move, mailbox):
    post(as_alice, move, "remove")
    assert not MigrationMailbox.objects.exists()
    mailbox.refresh_from_db()


def test_the_end_of_a_step_is_told_once_and_leads_to_the_page(move, actor):
    services.begin(job=move.job, step=Step.COPY, actor=actor)
    for _time in range(2):
        row = MigrationMailbox.objects.select_related("job").get()
        row.take()
        outcomes.done(row)
        MigrationMailbox.objects.update(state=State.RUNNING)
    alert = Alert.objects.get(kind="migration_ended")
    assert alert.title == "The migration from imap.old.test has ended"
    seat = move.job.account.memberships.get(role=Role.OWNER)
    assert links([alert], seat) == {alert.pk: move.job.get_absolute_url()}


def test_passwords_are_erased_after_30_days(move):
    tasks.erase_old_passwords()
    move.refresh_from_db()
    assert move.password
    move.job.passwords_at = timezone.now() - timedelta(days=31)
    move.job.save()
    MigrationMailbox.objects.update(state=State.PAUSED)
    tasks.erase_old_passwords()
    move.refresh_from_db()
    assert (move.password, move.state) == (None, State.FAILED)
    assert "type it again" in move.last_error


@pytest.mark.parametrize("count", [2, 20])
def test_the_page_costs_the_same_for_many(
    as_alice, move, domain, count, django_assert_max_num_queries
):
    for number in range(count):
        box = make_mailbox(domain, f"b{number}")
        move.job.mailboxes.create(address=box.address, mailbox=box, remote_user="x")
    with django_assert_max_num_queries(12):
        as_alice.get(move.job.get_absolute_url())
