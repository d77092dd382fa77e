"""Who is next: nobody twice, no more at once than the settings say, and fair between accounts."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db.models.functions import Now

from accounts.models import Account
from mailboxes.migration import outcomes
from mailboxes.migration.models import MigrationMailbox, State
from mailboxes.models import Mailbox
from tests.concurrency import at_once
from tests.conftest import make_domain, make_mailbox


def moves_of(account, host, number, name):
    domain = make_domain(account, name)
    job = account.migrations.create(host=host, port=993, security="tls")
    boxes = [make_mailbox(domain, f"box{each}") for each in range(number)]
    return [
        job.mailboxes.create(address=box.address, mailbox=box, remote_user="x") for box in boxes
    ]


def claim():
    return MigrationMailbox.objects.claim_next(configured.MAIL_HOST)


def claim_all():
    return [row.job.account.name for row in iter(claim, None)]


def test_no_more_than_so_many_of_an_account_at_once(acme, settings):
    settings.MIGRATIONS_PER_ACCOUNT, settings.MIGRATIONS_PER_SOURCE = 2, 10
    moves_of(acme, "a.test", 2, "one.test")
    moves_of(acme, "b.test", 2, "two.test")
    assert len(claim_all()) == 2


def test_no_more_than_so_many_from_a_source_at_once(acme, charlie, settings):
    settings.MIGRATIONS_PER_ACCOUNT, settings.MIGRATIONS_PER_SOURCE = 10, 3
    elsewhere = Account.objects.get(memberships__user=charlie)
    moves_of(acme, "a.test", 4, "one.test")
    moves_of(elsewhere, "a.test", 4, "two.test")
    assert len(claim_all()) == 3


def test_accounts_take_turns(acme, charlie, settings):
    settings.MIGRATIONS_PER_ACCOUNT = settings.MIGRATIONS_PER_SOURCE = 3
    elsewhere = Account.objects.get(memberships__user=charlie)
    moves_of(acme, "a.test", 5, "one.test")
    moves_of(elsewhere, "b.test", 5, "two.test")
    assert sorted(claim_all()[:2]) == ["Acme", "Elsewhere"]


def test_who_waits_for_a_source_that_others_hold_gets_a_turn(acme, charlie, settings):
    settings.MIGRATIONS_PER_ACCOUNT = settings.MIGRATIONS_PER_SOURCE = 2
    elsewhere = Account.objects.get(memberships__user=charlie)
    moves_of(acme, "large.test", 3, "one.test")
    moves_of(acme, "small.test", 1, "two.test")
    first, second = claim(), claim()
    MigrationMailbox.objects.filter(state=State.WAITING).update(due_at=Now() - timedelta(hours=1))
    assert not MigrationMailbox.objects.wait_behind(first)  # those of the same account
    moves_of(elsewhere, "large.test", 1, "three.test")
    MigrationMailbox.objects.filter(state=State.WAITING).update(due_at=Now() - timedelta(hours=1))
    assert MigrationMailbox.objects.wait_behind(first)
    outcomes.interrupted(first)
    assert claim().job.account == elsewhere
    assert not MigrationMailbox.objects.wait_behind(second)


def test_a_mailbox_is_filled_from_one_place_at_a_time(move, acme):
    other = acme.migrations.create(host="b.test", port=993, security="tls")
    other.mailboxes.create(address=move.address, mailbox=move.mailbox, remote_user="x")
    MigrationMailbox.objects.update(state=State.WAITING)
    assert len(claim_all()) == 1


def test_one_whose_worker_has_died_is_taken_over(move):
    MigrationMailbox.objects.update(state=State.WAITING)
    first = claim()
    assert claim() is None
    MigrationMailbox.objects.update(claimed_at=Now() - timedelta(minutes=1))
    second = claim()
    assert second.pk == first.pk
    assert not MigrationMailbox.objects.held_by(first).exists()
    assert MigrationMailbox.objects.held_by(second).exists()


@pytest.mark.parametrize("state", [State.PAUSED, State.DONE, State.FAILED])
def test_what_does_not_wait_is_left_alone(move, state):
    MigrationMailbox.objects.update(state=state)
    assert claim() is None


def test_nothing_is_copied_into_a_mailbox_that_is_being_deleted(move):
    MigrationMailbox.objects.update(state=State.WAITING)
    row = claim()
    Mailbox.objects.update(state=Mailbox.State.DELETING)
    assert not MigrationMailbox.objects.held_by(row).exists()
    MigrationMailbox.objects.update(state=State.WAITING)
    assert claim() is None
    Mailbox.objects.all().delete()
    MigrationMailbox.objects.update(state=State.RUNNING)
    assert not MigrationMailbox.objects.held_by(row).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_that_choose_at_one_moment_stay_within_the_limit(acme, settings):
    settings.MIGRATIONS_PER_ACCOUNT = 2
    moves_of(acme, "a.test", 4, "one.test")
    found = at_once(*[claim] * 4)
    assert sorted(type(each).__name__ for each in found) == [
        "MigrationMailbox", "MigrationMailbox", "NoneType", "NoneType"
    ]  # fmt: skip
