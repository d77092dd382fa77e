"""What people get by e-mail: one message for many alerts, and not too many messages."""


import pytest

from notifications.models import Attempt, Channel, Delivery
from notifications.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(acme, alice):
    return acme.memberships.get(user=alice).channels.get(transport="email")


def ready_again(channel):
    Channel.objects.filter(pk=channel.pk).update(quiet_until=None)


def test_one_alert_is_its_own_message(channel, due, mailoutbox, settings):
    (delivery,) = due(channel)
    send_due(channel.pk)
    (message,) = mailoutbox
    assert message.to == ["alice@example.test"]
    assert message.subject == "info@acme.test has passed 80 %"
    assert "850\xa0bytes of 1000\xa0bytes are in use." in message.body
    assert f"{settings.BASE_URL}/acme/notifications/settings/" in message.body
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
