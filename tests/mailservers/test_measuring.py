"""Usage that went astray is put right by asking Dovecot: one mailbox, or all in turn."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models.functions import Now

from mailboxes import doveadm, jobs, tasks
from mailboxes.measuring import begin_rounds
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.mailservers.clients import control, imap, send, wait_for

Figures = tuple[int, int]


@pytest.fixture(autouse=True)
def _no_jobs_left(db: None) -> Iterator[None]:
    yield
    HostJob.objects.all().delete()


def usage(mailbox: Mailbox) -> Figures | None:
    rows = Usage.objects.filter(username=mailbox.address)
    return rows.values_list("bytes", "messages").first()


def write(mailbox: Mailbox, bytes_: int, messages: int) -> None:
    figures = {"bytes": bytes_, "messages": messages, "updated_at": Now()}
    Usage.objects.update_or_create(username=mailbox.address, defaults=figures)


def with_mail(mailbox: Mailbox) -> Figures:
    """One message; what Dovecot itself says about it."""
    assert send(mailbox.address, size=20_000) == 250
    return wait_for(lambda: usage(mailbox), "a usage row")


def measure(mailbox: Mailbox) -> None:
    jobs.owe_measure(mailbox)
    tasks.do_host_jobs(mailbox.host)
    assert not HostJob.objects.exists()


@pytest.mark.parametrize("wrong", [(9, 7), (5 * 2**30, 900)])
def test_a_wrong_row_is_put_right(new_mailbox, wrong):
    mailbox = new_mailbox()
    right = with_mail(mailbox)
    write(mailbox, *wrong)
    measure(mailbox)
    assert usage(mailbox) == right


def test_so_is_a_row_that_is_gone(new_mailbox):
    mailbox = new_mailbox()
    right = with_mail(mailbox)
    Usage.objects.filter(username=mailbox.address).delete()
    measure(mailbox)
    assert usage(mailbox) == right


def test_all_folders_count_as_they_do_for_dovecot(new_mailbox):
    mailbox = new_mailbox()
    with_mail(mailbox)
    with imap(mailbox.address) as session:
        session.select()
        session.create("Deep/er")
        for folder in ("Archive", "Deep/er", "Trash"):
            session.copy("1", folder)
    said = wait_for(lambda: usage(mailbox)[1] == 4 and usage(mailbox), "four messages")
    write(mailbox, 0, 0)
    measure(mailbox)
    assert usage(mailbox) == said


def test_an_equal_row_gets_the_time(new_mailbox):
    mailbox = new_mailbox()
    with_mail(mailbox)
    before = Usage.objects.get(username=mailbox.address)
    measure(mailbox)
    after = Usage.objects.get(username=mailbox.address)
    assert (after.bytes, after.messages) == (before.bytes, before.messages)
    assert after.updated_at > before.updated_at


def test_a_mailbox_that_nobody_has_used_is_empty(new_mailbox):
    mailbox = new_mailbox()
    write(mailbox, 5 * 2**30, 900)
    with_mail(new_mailbox())  # so that the disk is there
    measure(mailbox)
    assert usage(mailbox) == (0, 0)


def test_mail_that_cannot_be_read_is_not_mail_that_is_gone(new_mailbox):
    """Dovecot finds nothing there, and says so without an error."""
    mailbox, right = broken(new_mailbox())
    jobs.owe_measure(mailbox)
    tasks.do_host_jobs(mailbox.host)
    assert "cannot read" in HostJob.objects.get().last_error
    assert usage(mailbox) == right


def broken(mailbox: Mailbox) -> tuple[Mailbox, Figures]:
    right = with_mail(mailbox)
    maildir = Path(settings.MAIL_ROOT) / mailbox.home / "Maildir"
    shutil.rmtree(maildir)
    maildir.write_text("a file where a folder should be")
    return mailbox, right


def test_a_disk_that_is_not_mounted_empties_no_mailbox(new_mailbox, tmp_path, settings):
    mailbox = new_mailbox()
    write(mailbox, 5 * 2**30, 900)
    settings.MAIL_ROOT = str(tmp_path)
    jobs.owe_measure(mailbox)
    tasks.do_host_jobs(mailbox.host)
    assert usage(mailbox) == (5 * 2**30, 900)


def test_what_dovecot_writes_meanwhile_is_newer(new_mailbox, monkeypatch):
    mailbox = new_mailbox()
    with_mail(mailbox)
    ask = doveadm.measure

    def slowly(homes):
        measured = ask(homes)
        assert send(mailbox.address, "Meanwhile") == 250
        wait_for(lambda: usage(mailbox)[1] == 2, "the delivery")
        return measured

    monkeypatch.setattr(doveadm, "measure", slowly)
    measure(mailbox)
    assert usage(mailbox)[1] == 2


def test_with_dovecot_away_it_is_measured_later(new_mailbox):
    mailbox = new_mailbox()
    right = with_mail(mailbox)
    write(mailbox, 9, 7)
    jobs.owe_measure(mailbox)
    control("stop", "dovecot")
    try:
        tasks.do_host_jobs(mailbox.host)
        assert "does not answer" in HostJob.objects.get().last_error
    finally:
        control("start", "dovecot")
    measure(mailbox)  # a second click does not wait for the pause
    assert usage(mailbox) == right


@pytest.fixture
def fleet(new_mailbox) -> list[Mailbox]:
    """Three mailboxes of a host that has no others, by their addresses."""
    addresses = [new_mailbox().address for _number in range(3)]
    boxes = Mailbox.objects.filter(address__in=addresses).order_by("address")
    boxes.update(host=f"host of {addresses[0]}")
    return list(boxes)


def go_on(fleet: list[Mailbox]) -> None:
    """The next step of the round, a minute later."""
    host = fleet[0].host
    begin_rounds()
    HostJob.objects.filter(host=host).update(due_at=Now())
    tasks.do_host_jobs(host)


def test_the_round_puts_all_right_and_goes_on_where_it_was(fleet, settings):
    settings.ROUND_MAILBOXES = 2
    right = [with_mail(box) for box in fleet]
    for box in fleet:
        write(box, 9, 7)
    go_on(fleet)
    assert [usage(box) for box in fleet] == [*right[:2], (9, 7)]
    go_on(fleet)
    assert [usage(box) for box in fleet] == right
    Usage.objects.filter(username=fleet[0].address).delete()
    go_on(fleet)
    assert usage(fleet[0]) == right[0]


def test_broken_mailboxes_do_not_stop_the_round(fleet):
    silent, refusing, whole = fleet
    right = broken(silent)[1], with_mail(refusing), with_mail(whole)
    locked = Path(settings.MAIL_ROOT) / refusing.home / "Maildir" / ".Locked"
    locked.mkdir(mode=0o000)  # by root: for this one Dovecot answers with an error
    write(whole, 9, 7)
    go_on(fleet)
    assert (usage(silent), usage(refusing), usage(whole)) == right


def test_the_round_does_not_write_what_is_right(fleet):
    for box in fleet:
        with_mail(box)
    before = list(Usage.objects.order_by("username").values())
    go_on(fleet)
    assert list(Usage.objects.order_by("username").values()) == before
