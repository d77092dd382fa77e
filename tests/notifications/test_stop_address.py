"""Who reads a further address, and has no account here, can end it by a link in each message."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from notifications import channels
from notifications.models import Alert, Channel, Delivery
from notifications.sending import send_due


@pytest.fixture
def address(acme, alice):
    return Channel.objects.create(
        account=acme, membership=acme.memberships.get(user=alice), transport="email",
        address="ops@example.test", confirmed_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def link(address):
    """As a path."""
    return "/" + channels.stop_url(address).split("/", 3)[3]


@pytest.mark.django_db(transaction=True)
def test_each_message_has_the_link_where_people_and_programs_look(acme, address, mailoutbox):
    alert = Alert.objects.create(
        account=acme, kind="domain_active", facts={"domain": "acme.test"}, dedup_key="x"
    )
    Delivery.objects.create(alert=alert, channel=address)
    send_due(address.pk)
    (message,) = mailoutbox
    link = channels.stop_url(address)
    assert link in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{link}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_opening_it_only_asks(client, address, link):
    assert "ops@example.test gets what happens in Acme" in client.get(link).text
    assert Channel.objects.filter(pk=address.pk).exists()


def test_a_mail_program_ends_it_by_itself(address, link):
    program = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = program.post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Nothing more is sent" in answer.text
    assert not Channel.objects.filter(pk=address.pk).exists()
    assert AuditEvent.objects.filter(action="address.stopped").count() == 1


@pytest.mark.parametrize("token", ["x", "é", "x" * 3000])
def test_a_false_link_ends_nothing(client, address, link, token):
    assert client.post(f"/addresses/{token}/stop/").status_code == 422
    confirmation = link.replace("/stop/", "/")
    assert client.post(confirmation).status_code == 422  # a link of the other kind
    assert Channel.objects.filter(pk=address.pk).exists()
