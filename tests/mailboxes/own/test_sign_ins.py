"""Who opened a mailbox: noted in the database, shown to its user and to those who manage it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mailboxes.models import Mailbox, SignIn
from mailboxes.tasks import forget_old_sign_ins
from tests.conftest import make_mailbox
from tests.mailboxes.own.conftest import sign_in

PAGE = "/mailbox/sign-ins/"
DOVECOT = Path(__file__).parents[3] / "deploy" / "dovecot"
IP = "192.0.2.7"


def note(mailbox, way="imap", ip=IP):
    with connection.cursor() as cursor:
        cursor.execute("SELECT mail.note_sign_in(%s, %s, %s)", [mailbox.address, way, ip])


def move_back(days):
    moment = timezone.now() - timedelta(days=days)
    SignIn.objects.update(first_at=moment, last_at=moment)


def test_a_sign_in_on_the_page_is_noted_and_shown(own):
    text = own.get(PAGE).text
    assert "Web page" in text
    assert "127.0.0.1" in text


def test_a_wrong_password_is_not(client, mailbox):
    sign_in(client, password="wrong horse")
    assert not SignIn.objects.exists()


def test_the_user_sees_ways_addresses_and_times(own, mailbox):
    note(mailbox, "imap", "2001:db8::7")
    note(mailbox, "smtp")
    text = own.get(PAGE).text
    for part in ("Reading (IMAP)", "Sending (SMTP)", "2001:db8::7", IP):
        assert part in text


def test_another_mailboxs_are_not_shown(own, domain):
    note(make_mailbox(domain, "other"))
    assert IP not in own.get(PAGE).text


def test_the_same_way_and_address_is_one_row_with_its_first_and_its_last_time(mailbox):
    note(mailbox)
    move_back(2)
    note(mailbox)
    found = SignIn.objects.get()
    assert timezone.now() - found.first_at > timedelta(days=1)
    assert timezone.now() - found.last_at < timedelta(minutes=1)


def test_what_was_noted_a_moment_ago_is_not_written_again(mailbox):
    note(mailbox)
    before = SignIn.objects.values_list("last_at").get()
    SignIn.objects.update(first_at=timezone.now() - timedelta(days=1))
    note(mailbox)
    assert SignIn.objects.values_list("last_at").get() == before


def test_a_time_from_the_future_is_put_right(mailbox):
    note(mailbox)
    move_back(-3)
    note(mailbox)
    assert SignIn.objects.get().last_at <= timezone.now()


def test_a_mailbox_keeps_its_newest_fifty(mailbox):
    note(mailbox, ip="198.51.100.1")
    move_back(1)
    for number in range(1, 52):
        note(mailbox, ip=f"192.0.2.{number}")
    kept = set(SignIn.objects.of(mailbox).values_list("ip", flat=True))
    assert len(kept) == 50
    assert "198.51.100.1" not in kept


@pytest.mark.parametrize(
    ("way", "ip"), [("imap", ""), ("doveadm", IP), ("lmtp", IP)], ids=["no ip", "doveadm", "lmtp"]
)
def test_what_is_no_sign_in_of_a_user_is_left_out(mailbox, way, ip):
    note(mailbox, way, ip)
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("state", ["disabled", "blocked", "deleting"])
def test_who_may_not_sign_in_is_not_noted(mailbox, state):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=state)
    note(mailbox)
    assert not SignIn.objects.exists()


def test_they_are_forgotten_after_thirty_days(mailbox):
    note(mailbox)
    move_back(29)
    forget_old_sign_ins()
    assert SignIn.objects.of(mailbox).count() == 1
    move_back(31)
    assert SignIn.objects.of(mailbox).count() == 0
    forget_old_sign_ins()
    assert not SignIn.objects.exists()


def test_they_go_with_the_mailbox(mailbox, domain):
    note(mailbox)
    note(make_mailbox(domain, "other"))
    mailbox.delete()
    assert SignIn.objects.count() == 1


def test_a_new_mailbox_at_the_same_address_begins_anew(mailbox, domain):
    note(mailbox)
    Mailbox.objects.filter(pk=mailbox.pk).update(state="deleting")
    assert not SignIn.objects.of(make_mailbox(domain)).exists()


def detail(mailbox):
    return reverse("mailboxes:detail", args=["acme", mailbox.pk])


def test_those_who_manage_mailboxes_see_them_too(as_alice, mailbox):
    assert "Nobody has signed in" in as_alice.get(detail(mailbox)).text
    note(mailbox)
    text = as_alice.get(detail(mailbox)).text
    assert re.search(r"The last one was .+: Reading \(IMAP\)\.", text)
    assert IP in text


def test_a_viewer_sees_when_but_not_from_where(client, bob, mailbox):
    note(mailbox)
    client.force_login(bob)
    text = client.get(detail(mailbox)).text
    assert "The last one was" in text
    assert IP not in text


def test_a_second_browser_from_the_same_address_adds_no_row(own, mailbox):
    sign_in(Client())
    assert SignIn.objects.of(mailbox).count() == 1


QUERIES = {
    "2.3": ("2.3/sign-in.conf", r"^password_query = (.+)$", ("%u", "%s", "%r")),
    "2.4": (
        "2.4/dovecot.conf",
        r"^  passdb_sql_query = (.+)$",
        ("%{user}", "%{protocol}", "%{remote_ip}"),
    ),
}


@pytest.mark.parametrize("version", QUERIES)
def test_dovecots_query_notes_and_finds_nobody(mailbox, version):
    """Else a mistake beside it could let in whoever types an address."""
    path, pattern, names = QUERIES[version]
    query = re.search(pattern, (DOVECOT / path).read_text(), re.M)[1]
    for name, value in zip(names, (mailbox.address, "imap", IP), strict=True):
        query = query.replace(name, value)
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchall() == []
    assert SignIn.objects.of(mailbox).get().ip == IP


@pytest.mark.parametrize("version", QUERIES)
def test_dovecot_asks_it_only_after_the_password(version):
    text = (DOVECOT / version / "dovecot.conf").read_text()
    first, second = re.findall(r"^passdb .*?^}", text, re.M | re.S)
    assert "result_success = continue-ok" in first
    assert "skip = unauthenticated" in second
