"""A mailbox sends as much in a day as its plan allows; Postfix counts."""

import smtplib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Account, Plan
from mailboxes import sending
from mailboxes.tasks import forget_sending, tell_of_sending
from notifications.models import Alert
from tests.conftest import PASSWORD
from tests.mailservers.clients import HOST, OUTSIDER, STACK, TIMEOUT_SECONDS, message, submit, trust

HELD_BACK = 450


@pytest.fixture
def limit(account):
    """Sets how much the plan lets each mailbox send."""

    def set_to(most):
        Plan.objects.filter(pk=account.plan_id).update(messages_per_day=most)

    yield set_to
    set_to(None)


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def an_hour_passes(mailbox, hours=1):
    run(
        "UPDATE mail.sent SET hour = hour - make_interval(hours => %s) WHERE login = %s",
        hours, mailbox.address,
    )  # fmt: skip


def send_to_many(login, number):
    """How many of the recipients were taken."""
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(login, PASSWORD)
        client.mail(login)
        codes = [client.rcpt(f"friend{place}@elsewhere.test")[0] for place in range(number)]
    return codes.count(250)


def hand_in(login, number):
    """What the server says of a message to so many."""
    recipients = [f"friend{place}@elsewhere.test" for place in range(number)]
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(login, PASSWORD)
        try:
            client.send_message(message(login, OUTSIDER), login, recipients)
        except smtplib.SMTPDataError as refusal:
            return refusal.smtp_code, refusal.smtp_error.decode()
    return 250, ""


def test_each_message_counts_once_however_many_get_it(new_mailbox):
    mailbox = new_mailbox()
    assert submit(mailbox.address, OUTSIDER) == 250
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(mailbox.address, PASSWORD)
        mail = message(mailbox.address, OUTSIDER)
        client.send_message(mail, mailbox.address, ["a@elsewhere.test", "b@elsewhere.test"])
    assert sending.lately(mailbox).used == 2


def test_at_the_limit_no_more_is_taken(new_mailbox, limit):
    mailbox = new_mailbox()
    limit(2)
    assert [submit(mailbox.address, OUTSIDER) for _ in range(4)] == [250, 250, 450, 450]
    assert sending.lately(mailbox).percent == 100


def test_what_was_refused_does_not_count_and_a_day_later_there_is_room(new_mailbox, limit):
    mailbox = new_mailbox()
    limit(1)
    assert [submit(mailbox.address, OUTSIDER) for _ in range(3)] == [250, 450, 450]
    an_hour_passes(mailbox, 23)
    assert submit(mailbox.address, OUTSIDER) == HELD_BACK
    an_hour_passes(mailbox)
    assert submit(mailbox.address, OUTSIDER) == 250


def test_messages_at_one_moment_do_not_pass_the_limit_together(new_mailbox, limit):
    mailbox = new_mailbox()
    limit(3)
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: submit(mailbox.address, OUTSIDER), range(8)))
    assert codes.count(250) == 3


def test_a_mailbox_of_a_plan_without_a_limit_sends_on(new_mailbox, limit):
    mailbox = new_mailbox()
    limit(None)
    assert [submit(mailbox.address, OUTSIDER) for _ in range(3)] == [250] * 3
    assert sending.lately(mailbox).percent is None


def test_zero_means_that_nothing_is_sent(new_mailbox, limit):
    limit(0)
    assert submit(new_mailbox().address, OUTSIDER) == HELD_BACK


def test_a_reseller_cannot_allow_more_than_it_may(account, new_mailbox, limit):
    mailbox = new_mailbox()
    pool = Plan.objects.create(name="Pool", messages_per_day=1)
    seller = Account.objects.create(
        name="Seller", slug=f"s-{account.slug}", kind="reseller", plan=pool
    )
    Account.objects.filter(pk=account.pk).update(reseller=seller)
    limit(None)
    try:
        assert [submit(mailbox.address, OUTSIDER) for _ in range(2)] == [250, HELD_BACK]
    finally:
        Account.objects.filter(pk=account.pk).update(reseller=None)
        seller.delete()
        pool.delete()


def test_the_account_is_told_once_a_day(new_mailbox, limit):
    mailbox = new_mailbox()
    limit(1)
    for _again in range(3):
        submit(mailbox.address, OUTSIDER)
        tell_of_sending()
    told = Alert.objects.filter(kind="sending_limit", facts__mailbox_code=str(mailbox.pk))
    assert told.get().facts["sent"] == 1
    assert mailbox.address in told.get().title


def test_a_message_has_so_many_recipients_and_no_more(new_mailbox):
    assert send_to_many(new_mailbox().address, 152) == 150


def test_a_plan_may_allow_fewer(account, new_mailbox):
    mailbox = new_mailbox()
    plan = Plan.objects.filter(pk=account.plan_id)
    plan.update(recipients_per_message=3)
    try:
        assert hand_in(mailbox.address, 3) == (250, "")
        assert hand_in(mailbox.address, 4) == (
            554, "5.7.1 A message goes to 3 recipients at most"
        )  # fmt: skip
    finally:
        plan.update(recipients_per_message=None)


def test_old_figures_are_forgotten(new_mailbox):
    mailbox = new_mailbox()
    assert submit(mailbox.address, OUTSIDER) == 250
    an_hour_passes(mailbox, 24 * 8)
    forget_sending()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mail.sent WHERE login = %s", [mailbox.address])
        assert cursor.fetchone() == (0,)
