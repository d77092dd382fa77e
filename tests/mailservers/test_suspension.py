"""Each step of the ladder, as mail programs and other mail servers see it."""

import imaplib
import smtplib
from contextlib import contextmanager

import pytest

from accounts.audit import Actor
from accounts.models import Account, Suspension, User
from domains.models import Domain
from mailboxes import rules
from mailboxes.models import HostJob
from mailboxes.suspension import resume_account, suspend_account
from mailboxes.work import do
from tests.conftest import PASSWORD, make_alias, make_domain, make_mailbox
from tests.mailservers.clients import (
    HOST,
    STACK,
    can_sign_in,
    imap,
    send,
    sent_to,
    subjects,
    submit,
    trust,
    wait_for,
)

ELSEWHERE = "someone@elsewhere.test"
NONE, NO_SENDING, NO_SIGN_IN, NO_MAIL = Suspension
TAKES_NONE = (550, "5.2.1")
TAKEN = (250, "2.1.5")
UNKNOWN = (550, "5.1.1")


class Kit:
    """A mailbox, the ways that lead to it, and what may be suspended."""

    def __init__(self, account, domain, friend):
        self.account, self.domain, self.box = account, domain, make_mailbox(domain)
        self.address = self.box.address
        self.mirror = make_domain(account, f"m-{domain.name}", alias_of=domain)
        self.ways = {
            "directly": self.address,
            "alias": make_alias(domain, "team", self.address).address,
            "alias of others": make_alias(friend.domain, domain.name, self.address).address,
            "alias domain": f"info@{self.mirror.name}",
            "alias in the alias domain": f"team@{self.mirror.name}",
            "catch-all": f"anything@{friend.domain.name}",
        }
        Domain.objects.filter(pk=friend.domain_id).update(catch_all=self.address)

    def put(self, kind, step):
        row = {"account": self.account, "domain": self.domain, "mailbox": self.box}[kind]
        type(row).objects.filter(pk=row.pk).update(provider_step=step)

    def answers(self):
        return {way: answer(address) for way, address in self.ways.items()}


def answer(address) -> tuple[int, str]:
    """What the mail exchanger says to a stranger's RCPT: its code, and that of RFC 3463."""
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=30) as client:
        client.ehlo("client.test")
        client.mail(ELSEWHERE)
        code, words = client.rcpt(address)
    return code, words.decode().partition(" ")[0]


@pytest.fixture
def kit(new_domain, account, neighbour):
    return Kit(account, new_domain(), neighbour)


def sends(address, sender=None) -> str:
    try:
        return str(submit(address, ELSEWHERE, sender=sender))
    except smtplib.SMTPAuthenticationError:
        return "no sign-in"


@contextmanager
def signed_in(address):
    """A mail program that is about to send."""
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=30) as client:
        client.starttls(context=trust())
        client.login(address, PASSWORD)
        yield client


def words_to(client, sender) -> str:
    """What it shows to its user."""
    client.rset()
    client.mail(sender)
    code, words = client.rcpt(ELSEWHERE)
    return f"{code} {words.decode()}"


@pytest.mark.parametrize("kind", ["account", "domain", "mailbox"])
def test_each_step_leaves_what_it_says_and_the_end_brings_all_of_it_back(kit, kind):
    for step in (NONE, NO_SENDING, NO_SIGN_IN, NO_MAIL, NO_SENDING, NONE):
        kit.put(kind, step)
        assert can_sign_in(kit.address) is (step < NO_SIGN_IN)
        expected = "250" if step < NO_SENDING else "554" if step < NO_SIGN_IN else "no sign-in"
        assert sends(kit.address) == expected
        taken = dict.fromkeys(kit.ways, TAKEN)
        closed = {**dict.fromkeys(kit.ways, TAKES_NONE), "catch-all": UNKNOWN}
        assert kit.answers() == (closed if step == NO_MAIL else taken)


@pytest.mark.parametrize("step", [NO_SENDING, NO_MAIL])
def test_who_is_signed_in_already_sends_no_more_and_reads_why(kit, step):
    with signed_in(kit.address) as client:
        assert words_to(client, kit.address).startswith("250")
        kit.put("mailbox", step)
        words = words_to(client, kit.address)
    assert words.startswith("554 5.7.1 ")
    assert f"Sending is suspended for {kit.address}: contact your provider" in words


def test_nobody_writes_as_an_address_in_a_suspended_domain(kit, new_domain):
    other = new_domain()
    alias = make_alias(other, "sales", kit.address).address
    with signed_in(kit.address) as client:
        assert words_to(client, alias).startswith("250")
        Domain.objects.filter(pk=other.pk).update(reseller_step=NO_SENDING)
        assert f"Sending is suspended for {other.name}" in words_to(client, alias)
        assert words_to(client, kit.address).startswith("250")
        Domain.objects.filter(pk=kit.mirror.pk).update(provider_step=NO_SIGN_IN)
        mirrored = f"info@{kit.mirror.name}"
        assert f"Sending is suspended for {kit.mirror.name}" in words_to(client, mirrored)


def test_what_would_be_forwarded_or_answered_stays_until_it_ends(kit):
    target = f"away-{kit.domain.name}@elsewhere.test"
    by = Actor.system(kit.account)
    rules.set_forwarding(mailbox=kit.box, forward_to=[target], keep_copy=False, actor=by)
    kit.put("domain", NO_SENDING)
    assert send(kit.address, "kept") == 250
    wait_for(lambda: subjects(kit.address) == ["kept"], "the mail that stays")
    kit.put("domain", NONE)
    assert send(kit.address, "passed on") == 250
    wait_for(lambda: sent_to(target), "the mail that is forwarded again")
    assert [mail["Subject"] for mail in sent_to(target)] == ["passed on"]
    assert subjects(kit.address) == ["kept"]


@pytest.fixture
def provider(account):
    user = User.objects.create_user("ladder@provider.test", is_staff=True)
    yield Actor(account, user)
    user.delete()


def test_open_sessions_end_and_mail_still_comes_in(kit, provider):
    account = Account.objects.get(pk=kit.account.pk)

    def session():
        with imap(kit.address) as open_one:
            suspend_account(account=account, level=NO_SIGN_IN, reason="Not paid", actor=provider)
            for job in HostJob.objects.filter(kind="kick"):
                do(job)
            wait_for(lambda: open_one.noop()[0] != "OK", "the end of the session")

    with pytest.raises(imaplib.IMAP4.abort):
        session()
    assert send(kit.address, "meanwhile") == 250
    resume_account(account=account, actor=provider)
    wait_for(lambda: subjects(kit.address) == ["meanwhile"], "the mail that came meanwhile")


def test_mail_that_was_taken_before_finds_its_way_back(kit):
    """In the queue, or by an alias with several targets: the sender is told, nobody else."""
    several = make_alias(kit.domain, "several", kit.address, f"postmaster@{kit.domain.name}")
    kit.put("mailbox", NO_MAIL)
    sender = f"writer-{kit.domain.name}@elsewhere.test"
    assert send(several.address, "to several", sender=sender) == 250
    wait_for(lambda: sent_to(sender), "the notice to the sender")
    kit.put("mailbox", NONE)
    assert subjects(kit.address) == []
