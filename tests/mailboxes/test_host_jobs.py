"""The work of a mail host's worker; Dovecot's answers are made up."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from domains.models import Domain
from mailboxes import doveadm, removal, tasks
from mailboxes.jobs import owe
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.concurrency import at_once
from tests.conftest import make_mailbox


@pytest.fixture
def dovecot(monkeypatch):
    """The commands that Dovecot got; `dovecot.away = True` takes it down."""

    class Dovecot(list):
        away = False

    commands = Dovecot()

    def run(command, parameters, *, also_fine=frozenset()):
        if commands.away:
            raise doveadm.HostError("Dovecot on mail1 does not answer.")
        commands.append((command, *parameters.values()))

    monkeypatch.setattr(doveadm, "run", run)
    return commands


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.MAIL_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def mail(root, mailbox) -> Path:
    """A message of the mailbox, on disk."""
    folder = root / mailbox.home / "Maildir" / "new"
    folder.mkdir(parents=True)
    (folder / "1").write_text("hello")
    return root / mailbox.home


@pytest.fixture
def deleted(mailbox, mail, actor):
    Usage.objects.create(username=mailbox.address, bytes=5, messages=1, updated_at=timezone.now())
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    return mailbox


def work(host="mail1"):
    tasks.do_host_jobs(host)


def pass_time(**amount):
    """Time goes by for the database, whose clock decides."""
    HostJob.objects.update(due_at=F("due_at") - timedelta(**amount))
    HostJob.objects.update(claimed_at=F("claimed_at") - timedelta(**amount))


@pytest.fixture(autouse=True)
def _this_is_mail1(settings):
    settings.MAIL_HOST = "mail1"


def test_a_kick_ends_the_sessions_and_is_done(mailbox, dovecot):
    owe(mailbox, HostJob.Kind.KICK)
    work()
    assert dovecot == [("kick", ["info@acme.test"])]
    assert not HostJob.objects.exists()


def test_a_purge_takes_sessions_mail_row_and_usage(deleted, mail, dovecot):
    work()
    assert dovecot == [("kick", ["info@acme.test"])]
    assert not mail.exists()
    assert not Mailbox.objects.filter(pk=deleted.pk).exists()
    assert not Usage.objects.exists()


def test_what_came_in_during_the_purge_is_swept_up_later(deleted, mail, dovecot):
    work()
    mail.mkdir(parents=True)
    work()
    assert mail.exists()
    pass_time(minutes=3)
    work()
    assert not mail.exists()
    assert not HostJob.objects.exists()


@pytest.mark.parametrize("taken_again", [True, False])
def test_what_was_counted_during_the_purge_fills_no_new_mailbox(
    domain, deleted, mail, dovecot, taken_again
):
    work()
    Usage.objects.create(username=deleted.address, bytes=1, messages=1, updated_at=Now())
    if taken_again:
        make_mailbox(domain)
    pass_time(minutes=3)
    work()
    assert Usage.objects.exists() == taken_again


def test_while_dovecot_is_away_nothing_is_lost_and_the_row_says_so(deleted, mail, dovecot):
    dovecot.away = True
    work()
    job = HostJob.objects.get()
    assert (job.attempts, job.claimed_at) == (1, None)
    assert job.last_error == "Dovecot on mail1 does not answer."
    assert mail.exists()
    assert Mailbox.objects.filter(pk=deleted.pk).exists()
    dovecot.away = False
    pass_time(minutes=1)
    work()
    assert not mail.exists()


def test_pauses_between_tries_grow_up_to_an_hour(mailbox, dovecot):
    dovecot.away = True
    owe(mailbox, HostJob.Kind.KICK)
    pauses = []
    for _try in range(15):
        work()
        left = HostJob.objects.annotate(pause=F("due_at") - Now()).get().pause
        pauses.append(round(left.total_seconds()))
        HostJob.objects.update(due_at=Now())
    assert pauses[:3] == [5, 10, 20]
    assert pauses[-1] == 3600


def test_a_mail_root_that_is_not_there_is_not_mail_that_is_gone(deleted, dovecot, settings):
    """A disk that is not mounted, or a host without its setting: the mail waits."""
    for wrong in ("", "/nowhere/at/all"):
        settings.MAIL_ROOT = wrong
        HostJob.objects.update(due_at=timezone.now())
        work()
        assert HostJob.objects.get().last_error
        assert Mailbox.objects.filter(pk=deleted.pk).exists()


def test_the_domain_goes_with_its_last_mailbox(domain, mailbox, actor, dovecot):
    removal.remove_domain(domain=domain, actor=actor)
    work()
    assert not Domain.objects.exists()
    assert not Mailbox.objects.exists()


def test_the_domain_stays_while_one_is_left(domain, mailbox, actor, dovecot):
    removal.remove_domain(domain=domain, actor=actor)
    HostJob.objects.filter(mailbox_id=mailbox.pk).update(due_at=Now() + timedelta(minutes=59))
    work()
    assert Domain.objects.get().status == Domain.Status.REMOVING


def test_a_host_does_only_its_own(mailbox, dovecot):
    Mailbox.objects.filter(pk=mailbox.pk).update(host="mail2")
    mailbox.refresh_from_db()
    owe(mailbox, HostJob.Kind.KICK)
    work("mail1")
    assert dovecot == []
    work("mail2")
    assert len(dovecot) == 1


@pytest.mark.parametrize(
    ("kind", "minutes"), [("kick", 1), ("measure", 1), ("warn", 1), ("purge", 10), ("round", 10)]
)
def test_what_a_killed_worker_had_claimed_is_due_again(mailbox, kind, minutes):
    owe(mailbox, kind)
    for pass_by in (timedelta(minutes=-minutes), timedelta(minutes=minutes)):
        # Also by a clock that was set back since.
        HostJob.objects.update(claimed_at=Now() + pass_by * 0.9)
        assert HostJob.objects.claim_next("mail1") is None
        HostJob.objects.update(claimed_at=Now() + pass_by * 1.1)
        assert HostJob.objects.claim_next("mail1")


def test_neither_is_a_pause_that_is_longer_than_any(mailbox, dovecot):
    owe(mailbox, HostJob.Kind.KICK)
    HostJob.objects.update(due_at=Now() + timedelta(minutes=59))
    work()
    assert dovecot == []
    HostJob.objects.update(due_at=Now() + timedelta(minutes=61))
    work()
    assert len(dovecot) == 1


def test_the_clock_of_the_worker_does_not_matter(mailbox, dovecot):
    owe(mailbox, HostJob.Kind.KICK)
    with time_machine.travel(timezone.now() - timedelta(minutes=30)):
        work()
    assert len(dovecot) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_the_same_job(domain):
    for number in range(4):
        owe(make_mailbox(domain, f"n{number}"), HostJob.Kind.KICK)

    def claim():
        return [HostJob.objects.claim_next("mail1").pk for _turn in range(2)]

    first, second = at_once(claim, claim)
    assert len({*first, *second}) == 4


def test_the_sweep_nudges_hosts_with_work_that_is_due(mailbox, sent):
    tasks.sweep_host_jobs()
    assert HostJob.objects.get().kind == HostJob.Kind.ROUND
    HostJob.objects.filter(kind="round").update(due_at=Now() + timedelta(minutes=1))
    sent.clear()
    tasks.sweep_host_jobs()
    assert sent == []
    owe(mailbox, HostJob.Kind.KICK)
    owe(mailbox, HostJob.Kind.KICK)
    tasks.sweep_host_jobs()
    assert sent == [(("mail1",), "mail.mail1")]


@pytest.fixture
def sent(monkeypatch):
    nudges = []
    monkeypatch.setattr(
        tasks.do_host_jobs, "apply_async", lambda args, **how: nudges.append((args, how["queue"]))
    )
    return nudges


def test_what_people_wait_for_comes_first(mailbox):
    for kind in ("round", "warn", "sweep", "purge", "measure", "kick"):
        owe(mailbox, HostJob.Kind(kind))
    order = [HostJob.objects.claim_next("mail1").kind for _kind in HostJob.Kind]
    assert order == ["kick", "measure", "purge", "sweep", "warn", "round"]


def test_of_one_kind_the_oldest_comes_first(domain):
    for number in range(3):
        owe(make_mailbox(domain, f"n{number}"), HostJob.Kind.WARN)
    claimed = [HostJob.objects.claim_next("mail1").address for _turn in range(3)]
    assert claimed == [f"n{number}@acme.test" for number in range(3)]


def test_a_kick_overtakes_ten_thousand_warnings(mailbox):
    HostJob.objects.bulk_create(
        HostJob(kind="warn", host="mail1", mailbox_id=mailbox.pk) for _number in range(10_000)
    )
    owe(mailbox, HostJob.Kind.KICK)
    assert HostJob.objects.claim_next("mail1").kind == HostJob.Kind.KICK
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailboxes_hostjob")
    plan = HostJob.objects.due().filter(host="mail1").order_by("urgency", "due_at")[:1].explain()
    assert "host_jobs_in_order" in plan
    assert "Sort" not in plan
