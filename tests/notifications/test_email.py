"""What people get by e-mail: one message for many alerts, and not too many messages."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core.mail.backends import locmem
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Account, User
from notifications import digest
from notifications.models import PAUSES, Attempt, Channel, Delivery
from notifications.sending import send_due
from notifications.transports import email

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(acme, alice):
    return acme.memberships.get(user=alice).channels.get(transport="email")


def resend(channel):
    """As if its pauses were over."""
    Channel.objects.filter(pk=channel.pk).update(quiet_until=None)
    Delivery.objects.filter(due_at__isnull=False).update(due_at=Now())
    send_due(channel.pk)


def test_one_alert_is_its_own_message(channel, due, mailoutbox, settings):
    (delivery,) = due(channel)
    send_due(channel.pk)
    (message,) = mailoutbox
    assert message.to == ["alice@example.test"]
    assert message.subject == "info@acme.test has passed 80 %"
    assert "850\xa0bytes of 1000\xa0bytes are in use." in message.body
    preferences = f"{settings.BASE_URL}/acme/notifications/settings/"
    assert preferences in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{preferences}>"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.outcome) == (None, "Handed to the mail server.")
    assert delivery.sent_at
    assert delivery.attempts.get().error == ""


def test_many_come_together_in_a_table(channel, due, mailoutbox):
    for number in range(12):
        due(channel, kind="quota_95", address=f"box{number}@acme.test", crossed=95)
    send_due(channel.pk)
    (message,) = mailoutbox
    assert message.subject == "12 mailboxes need attention"
    assert "box0@acme.test   over 95 %  850\xa0bytes of 1000\xa0bytes\n" in message.body
    assert "box11@acme.test  over 95 %  850\xa0bytes of 1000\xa0bytes\n" in message.body
    assert Delivery.objects.filter(sent_at__isnull=False).count() == 12
    assert Attempt.objects.count() == 12


@pytest.mark.parametrize(
    ("kinds", "subject"),
    [
        (("quota_80", "quota_95"), "1 mailbox needs attention"),
        (("quota_normal", "quota_normal"), "1 mailbox is back under 75 %"),
        (("quota_80", "domain_active"), "2 notices for Acme"),
        (("dns_broken", "dns_cured"), "2 notices for Acme"),
    ],
)
def test_the_subject_says_what_it_is_about(channel, due, mailoutbox, kinds, subject):
    for kind in kinds:
        due(channel, kind=kind)
    send_due(channel.pk)
    assert mailoutbox[0].subject == subject


def test_a_long_list_is_cut_and_says_how_much_is_missing(
    monkeypatch, channel, due, mailoutbox, settings
):
    monkeypatch.setattr(digest, "LISTED_AT_MOST", 3)
    due(channel, 5)
    send_due(channel.pk)
    body = mailoutbox[0].body
    assert body.count("info@acme.test") == 3
    assert "and 2 more" in body
    assert f"{settings.BASE_URL}/acme/notifications/\n" in body
    assert not Delivery.objects.filter(sent_at=None).exists()


def test_a_reseller_reads_which_client_it_is(channel, due, mailoutbox, plan):
    channel.include_clients = True
    channel.save()
    client = Account.objects.create(
        name="Bakery", slug="bakery", plan=plan, reseller=channel.account
    )
    due(channel, account=client, address="bread@bakery.test")
    resend(channel)
    assert "Bakery: " in mailoutbox[0].body
    due(channel, account=client, address="bread@bakery.test")
    due(channel)
    due(channel, account=client, address="cake@bakery.test")
    resend(channel)
    lines = [line.split("  ")[0] for line in mailoutbox[1].body.splitlines()]
    wanted = [
        "Acme",
        "",
        "info@acme.test",
        "",
        "Bakery",
        "",
        "bread@bakery.test",
        "cake@bakery.test",
    ]
    assert lines[: len(wanted)] == wanted


def test_no_more_than_so_many_messages_an_hour(channel, due, mailoutbox, settings):
    settings.MAILS_PER_HOUR = 4
    due(channel)
    send_due(channel.pk)
    due(channel, 3)
    assert send_due(channel.pk) is False
    assert len(mailoutbox) == 1
    channel.refresh_from_db()
    pause = channel.quiet_until - timezone.now()
    assert timedelta(minutes=14) < pause < timedelta(minutes=15)
    resend(channel)
    assert len(mailoutbox) == 2
    assert not Delivery.objects.filter(sent_at=None).exists()


class Away(locmem.EmailBackend):
    error = SMTPServerDisconnected("please run connect() first")

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def mail_server_away(settings):
    def away(is_away=True):
        module = Away if is_away else locmem.EmailBackend
        settings.EMAIL_BACKEND = f"{module.__module__}.{module.__qualname__}"

    away()
    return away


def test_while_the_mail_server_is_away_everything_waits(channel, due, mailoutbox, mail_server_away):
    due(channel, 2)
    send_due(channel.pk)
    assert mailoutbox == []
    for delivery in Delivery.objects.all():
        assert delivery.due_at > timezone.now()
        assert delivery.outcome == ("The mail server did not take it: please run connect() first")
    channel.refresh_from_db()
    assert channel.failing_since
    mail_server_away(False)
    resend(channel)
    assert len(mailoutbox) == 1
    assert not Delivery.objects.filter(sent_at=None).exists()


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"alice@example.test": (550, b"5.1.1 No such user")}),
        SMTPDataError(550, b"5.1.1 No such user"),
    ],
)
def test_a_refusal_is_kept_in_the_words_of_the_mail_server(
    channel, due, mail_server_away, monkeypatch, error
):
    monkeypatch.setattr(Away, "error", error)
    due(channel)
    send_due(channel.pk)
    said = "The mail server did not take it: 550 5.1.1 No such user"
    assert Delivery.objects.get().outcome == said


def test_after_two_days_it_is_given_up_and_the_channel_stays(channel, due, mail_server_away):
    (delivery,) = due(channel)
    for _ in range(len(PAUSES) + 3):
        resend(channel)
        Channel.objects.update(failing_since=timezone.now() - timedelta(days=3))
    delivery.refresh_from_db()
    assert delivery.given_up
    assert delivery.attempts.count() == len(PAUSES) + 1
    assert delivery.outcome.startswith("Given up. The mail server did not take it")
    channel.refresh_from_db()
    assert channel.state == Channel.State.ACTIVE


def test_a_repeat_is_known_by_its_message_id(channel, due, mailoutbox):
    """A worker that was killed before it wrote down what it sent does it again."""
    due(channel, 2)
    send_due(channel.pk)
    Delivery.objects.update(sent_at=None, due_at=Now())
    resend(channel)
    due(channel)
    resend(channel)
    first, again, other = (message.extra_headers["Message-ID"] for message in mailoutbox)
    assert first == again != other


def test_an_address_that_is_no_longer_confirmed_gets_nothing(channel, due, mailoutbox):
    EmailAddress.objects.update(verified=False)
    due(channel)
    send_due(channel.pk)
    delivery = Delivery.objects.get()
    assert mailoutbox == []
    assert delivery.due_at > timezone.now()
    assert delivery.outcome == "The address is not confirmed."
    EmailAddress.objects.update(verified=True)
    resend(channel)
    assert len(mailoutbox) == 1


def test_an_address_of_its_own_must_be_confirmed(acme, alice, due, mailoutbox):
    seat = acme.memberships.get(user=alice)
    channel = Channel.objects.create(
        account=acme, membership=seat, transport="email", address="ops@example.test"
    )
    due(channel)
    send_due(channel.pk)
    assert mailoutbox == []
    Channel.objects.filter(pk=channel.pk).update(confirmed_at=Now())
    resend(channel)
    assert mailoutbox[0].to == ["ops@example.test"]


def test_a_person_who_was_switched_off_gets_nothing(channel, alice, due, mailoutbox):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    due(channel)
    send_due(channel.pk)
    assert mailoutbox == []
    assert Delivery.objects.get().outcome == "The person is switched off."


def test_a_flood_is_told_in_parts(channel, due, mailoutbox, monkeypatch):
    monkeypatch.setattr(email, "MOST_AT_ONCE", 2)
    due(channel, 3)
    send_due(channel.pk)
    assert [len(mailoutbox), Delivery.objects.due().count()] == [1, 1]
    resend(channel)
    assert [len(mailoutbox), Delivery.objects.due().count()] == [2, 0]
