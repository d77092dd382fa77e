"""What is removed leaves nothing behind: no session, no sign-in, no file."""

import imaplib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.audit import Actor
from accounts.models import Account
from domains.models import Domain
from domains.services import resume_domain, suspend_domain
from mailboxes import removal, services, tasks
from mailboxes.models import HostJob, Mailbox
from plans import closing
from plans.removal import remove_account
from quotas.models import Usage
from tests.conftest import make_mailbox, provider_of
from tests.mailservers.clients import can_sign_in, control, imap, say_rcpt, send, subjects, wait_for


def work() -> None:
    """What the worker of the mail host does at a nudge."""
    tasks.do_host_jobs(settings.MAIL_HOST)


def home_of(mailbox: Mailbox) -> Path:
    return Path(settings.MAIL_ROOT) / mailbox.home


def with_mail(mailbox: Mailbox) -> Mailbox:
    assert send(mailbox.address, "Keep me") == 250
    wait_for(lambda: subjects(mailbox.address) == ["Keep me"], "delivery")
    assert home_of(mailbox).is_dir()
    return mailbox


@pytest.fixture
def actor(account):
    return Actor.system(account)


def test_a_deleted_mailbox_leaves_nothing_on_disk(new_mailbox, actor):
    mailbox = with_mail(new_mailbox())
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    assert not can_sign_in(mailbox.address)
    assert say_rcpt(mailbox.address) == 550
    work()
    assert not home_of(mailbox).exists()
    assert not Mailbox.objects.filter(pk=mailbox.pk).exists()
    assert not Usage.objects.filter(username=mailbox.address).exists()


def test_a_deletion_ends_open_sessions(new_mailbox, actor):
    mailbox = with_mail(new_mailbox())

    def session_that_is_ended():
        with imap(mailbox.address) as session:
            removal.delete_mailbox(mailbox=mailbox, actor=actor)
            work()
            wait_for(lambda: session.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session_that_is_ended()


def test_disabling_ends_open_sessions_and_keeps_the_mail(new_mailbox, actor):
    mailbox = with_mail(new_mailbox())

    def session_that_is_ended():
        with imap(mailbox.address) as session:
            services.disable_mailbox(mailbox=mailbox, actor=actor)
            work()
            wait_for(lambda: session.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session_that_is_ended()
    services.enable_mailbox(mailbox=mailbox, actor=actor)
    assert subjects(mailbox.address) == ["Keep me"]


def test_suspending_a_domain_ends_its_sessions_and_stops_its_mail(new_domain):
    domain = new_domain()
    provider = provider_of(domain.account)
    mailbox = with_mail(make_mailbox(domain))

    def session_that_is_ended():
        with imap(mailbox.address) as session:
            suspend_domain(domain=domain, level=30, reason="Unpaid", actor=provider)
            work()
            wait_for(lambda: session.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session_that_is_ended()
    assert not can_sign_in(mailbox.address)
    resume_domain(domain=domain, actor=provider)
    assert subjects(mailbox.address) == ["Keep me"]


def test_a_changed_password_counts_at_once_and_the_old_one_no_more(new_mailbox, actor):
    mailbox = new_mailbox()
    assert can_sign_in(mailbox.address)
    services.change_password(mailbox=mailbox, password="another long secret", actor=actor)
    assert can_sign_in(mailbox.address, "another long secret")
    assert not can_sign_in(mailbox.address)


def test_with_dovecot_away_it_is_done_later_and_said(new_mailbox, actor):
    mailbox = with_mail(new_mailbox())
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    control("stop", "dovecot")
    try:
        work()
        job = HostJob.objects.get(mailbox_id=mailbox.pk)
        assert "does not answer" in job.last_error
        assert job.due_at > timezone.now()
        assert home_of(mailbox).exists()
    finally:
        control("start", "dovecot")
    HostJob.objects.filter(pk=job.pk).update(due_at=timezone.now())
    work()
    assert not home_of(mailbox).exists()


def test_what_a_delivery_wrote_during_the_purge_is_swept_up(new_mailbox, actor):
    mailbox = with_mail(new_mailbox())
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    work()
    (home_of(mailbox) / "Maildir" / "new").mkdir(parents=True)
    sweep = HostJob.objects.filter(mailbox_id=mailbox.pk)
    assert sweep.get().due_at > timezone.now() + timedelta(minutes=1)
    sweep.update(due_at=timezone.now())
    work()
    assert not home_of(mailbox).exists()
    assert not sweep.exists()


def test_a_removed_domain_goes_when_the_last_mail_is_gone(new_domain, actor):
    domain = new_domain()
    mailbox = with_mail(make_mailbox(domain))
    removal.remove_domain(domain=domain, actor=actor)
    assert say_rcpt(mailbox.address) in {550, 554}  # Postfix may remember the domain for a moment
    assert Domain.objects.get(pk=domain.pk).status == Domain.Status.REMOVING
    work()
    assert not home_of(mailbox).exists()
    assert not Domain.objects.filter(pk=domain.pk).exists()


def test_a_removed_account_leaves_nothing_on_disk(neighbour, actor):
    account = neighbour.account
    mailbox, other = with_mail(neighbour), with_mail(make_mailbox(neighbour.domain, "other"))
    remove_account(account=account, actor=Actor.system(account))
    closing.go_on(account.pk)
    assert not can_sign_in(mailbox.address)
    assert say_rcpt(mailbox.address) in {550, 554}  # Postfix may remember the domain for a moment
    assert Account.objects.filter(pk=account.pk).exists()
    work()
    closing.go_on(account.pk)
    assert not any(home_of(box).exists() for box in (mailbox, other))
    assert not Account.objects.filter(pk=account.pk).exists()
