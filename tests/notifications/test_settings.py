"""Of what a person wants to be told, and where."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Role
from notifications.channels import ADDRESSES_PER_PERSON
from notifications.kinds import LOOKS
from notifications.models import KINDS, Alert, Channel
from tests.concurrency import at_once

PAGE = "/acme/notifications/settings/"
ALL = [kind for kind, _label in KINDS]


@pytest.fixture
def seat(acme, alice):
    return acme.memberships.get(user=alice)


@pytest.fixture
def address(acme, seat):
    return Channel.objects.create(
        account=acme, membership=seat, transport="email", address="ops@example.test",
        confirmed_at=timezone.now(),
    )  # fmt: skip


def url(name, *args):
    return reverse(f"notifications:{name}", args=["acme", *args])


def muted(seat, transport="panel", address=""):
    return seat.channels.get(transport=transport, address=address).muted


def test_every_kind_has_a_look_and_can_be_chosen(as_alice):
    assert set(LOOKS) == set(Alert.Kind)
    boxes = re.findall(r'name="panel" value="(\w+)"', as_alice.get(PAGE).text)
    assert boxes == ALL


def test_what_is_not_ticked_is_muted_there_and_nowhere_else(as_alice, acme, seat, address, bob):
    ticked = {"panel": ["quota_100"], "email": ALL, address.pk.hex: ["quota_80", "dns_broken"]}
    assert as_alice.post(PAGE, ticked).status_code == 302
    assert muted(seat) == [kind for kind in ALL if kind != "quota_100"]
    assert muted(seat, "email") == []
    assert set(ALL) - set(muted(seat, "email", address.address)) == {"quota_80", "dns_broken"}
    assert muted(acme.memberships.get(user=bob)) == []


def test_the_page_shows_what_was_chosen(as_alice):
    as_alice.post(PAGE, {"panel": ["quota_100"]})
    page = as_alice.get(PAGE).text
    assert re.findall(r'name="panel" value="(\w+)" checked', page) == ["quota_100"]
    assert re.findall(r'name="email" value="(\w+)" checked', page) == []


def test_a_kind_that_does_not_exist_is_refused(as_alice, seat):
    assert as_alice.post(PAGE, {"panel": ["nonsense"]}).status_code == 422
    assert muted(seat) == []


def test_a_viewer_has_no_mail_until_it_is_wanted(client, bob, acme):
    seat = acme.memberships.get(user=bob)
    client.force_login(bob)
    page = client.get(PAGE).text
    assert re.findall(r'name="email" value="(\w+)">', page) == ALL
    assert re.search(r"bob@example\.test\s*</th>", page)
    assert not seat.channels.filter(transport="email").exists()
    for kind in ("quota_100", "dns_broken"):
        client.post(PAGE, {"panel": ALL, "email": [kind]})
        assert muted(seat, "email") == [each for each in ALL if each != kind]


@pytest.mark.parametrize(
    ("kind", "role", "offered"),
    [
        ("reseller", Role.MANAGER, True),
        ("reseller", Role.VIEWER, False),
        ("customer", Role.OWNER, False),
    ],
)
def test_whoever_manages_a_reseller_may_hear_of_its_clients(
    as_alice, acme, seat, kind, role, offered
):
    Account.objects.filter(pk=acme.pk).update(kind=kind)
    type(seat).objects.filter(pk=seat.pk).update(role=role)
    assert ("Also for my clients" in as_alice.get(PAGE).text) is offered
    as_alice.post(PAGE, {"panel": ALL, "panel-clients": "on"})
    assert seat.channels.get(transport="panel").include_clients is offered
    assert not seat.channels.get(transport="email").include_clients


def test_a_postmaster_is_told_what_to_expect(as_alice, seat):
    assert "You hear of your domains only" not in as_alice.get(PAGE).text
    type(seat).objects.filter(pk=seat.pk).update(role=Role.POSTMASTER)
    assert "You hear of your domains only" in as_alice.get(PAGE).text


def test_an_unconfirmed_sign_in_address_is_known_to_get_nothing(as_alice, alice):
    assert "is not confirmed" not in as_alice.get(PAGE).text
    alice.emailaddress_set.update(verified=False)
    assert "Your sign-in address is not confirmed" in as_alice.get(PAGE).text


def add(client, address="ops@example.test"):
    return client.post(url("add_address"), {"address": address})


def link_in(mail):
    return re.search(r"http://\S+(/addresses/\S+)", mail.body)[1]


def test_an_address_counts_once_its_link_was_opened_and_confirmed(
    as_alice, client, mailoutbox, settings
):
    assert add(as_alice, "Ops@Example.TEST").status_code == 302
    channel = Channel.objects.get(address="ops@example.test")
    assert mailoutbox[0].to == ["ops@example.test"]
    assert settings.BASE_URL in mailoutbox[0].body
    assert channel.pk.hex not in as_alice.get(PAGE).text  # nothing to choose for it yet
    as_alice.logout()
    link = link_in(mailoutbox[0])
    # What a scanner of mail does.
    assert "Get notifications here?" in client.get(link).text
    channel.refresh_from_db()
    assert channel.confirmed_at is None
    assert "Thank you" in client.post(link).text
    channel.refresh_from_db()
    first = channel.confirmed_at
    assert first
    client.post(link)
    channel.refresh_from_db()
    assert channel.confirmed_at == first


def test_a_link_ends_after_three_days(as_alice, client, mailoutbox):
    add(as_alice)
    link = link_in(mailoutbox[0])
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert client.post(link).status_code == 422
    assert Channel.objects.get(address="ops@example.test").confirmed_at is None


def test_a_false_link_or_one_of_a_removed_address_confirms_nothing(as_alice, client, mailoutbox):
    add(as_alice)
    link = link_in(mailoutbox[0])
    assert client.post("/addresses/" + link.split("/")[2][::-1] + "/").status_code == 422
    Channel.objects.filter(address="ops@example.test").delete()
    assert client.post(link).status_code == 422


def test_the_link_is_sent_again_until_it_was_confirmed(as_alice, mailoutbox):
    add(as_alice)
    channel = Channel.objects.get(address="ops@example.test")
    assert "Not confirmed" in as_alice.get(PAGE).text
    assert as_alice.post(url("ask_again", channel.pk)).status_code == 302
    assert len(mailoutbox) == 2
    as_alice.post(link_in(mailoutbox[1]))
    assert as_alice.post(url("ask_again", channel.pk)).status_code == 422
    assert len(mailoutbox) == 2


def test_a_stranger_is_not_flooded(as_alice, mailoutbox):
    add(as_alice)
    channel = Channel.objects.get(address="ops@example.test")
    answers = [as_alice.post(url("ask_again", channel.pk)).status_code for _try in range(5)]
    assert answers == [302] * 4 + [422]
    assert len(mailoutbox) == 5


def test_a_stranger_does_not_use_up_the_tries_of_others(client, acme, alice, charlie, mailoutbox):
    client.force_login(charlie)
    page = reverse("notifications:add_address", args=[charlie.memberships.get().account.slug])
    answers = [client.post(page, {"address": "ops@example.test"}).status_code for _try in range(9)]
    assert answers == [302] + [422] * 8
    client.force_login(alice)
    assert add(client).status_code == 302
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("alice@example.test", "That is your sign-in address"),
        ("ops@example.test", "is on your list"),
        ("no address", "valid email address"),
    ],
)
def test_what_cannot_be_added_says_why_and_keeps_what_was_typed(
    as_alice, address, mailoutbox, typed, sentence
):
    answer = add(as_alice, typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert mailoutbox == []


def test_an_address_that_no_message_can_be_written_to_is_none(as_alice, mailoutbox):
    assert add(as_alice, '"a\x0bb"@example.test').status_code == 422
    assert mailoutbox == []


def test_a_person_has_five_addresses_at_most(as_alice, acme, seat, mailoutbox):
    for number in range(ADDRESSES_PER_PERSON):
        Channel.objects.create(
            account=acme, membership=seat, transport="email", address=f"n{number}@example.test"
        )
    answer = add(as_alice)
    assert answer.status_code == 422
    assert mailoutbox == []
    page = as_alice.get(PAGE).text
    assert "which is the most" in page
    assert "Add address" not in page


@pytest.mark.django_db(transaction=True)
def test_five_holds_for_two_clicks_at_once(acme, seat, actor):
    from notifications.channels import add_address

    for number in range(ADDRESSES_PER_PERSON - 1):
        Channel.objects.create(
            account=acme, membership=seat, transport="email", address=f"n{number}@example.test"
        )
    at_once(
        lambda: add_address(membership=seat, address="a@example.test", actor=actor),
        lambda: add_address(membership=seat, address="b@example.test", actor=actor),
    )
    assert seat.channels.exclude(address="").count() == ADDRESSES_PER_PERSON


def test_a_removed_address_is_gone(as_alice, address):
    assert address.address in as_alice.get(PAGE).text
    as_alice.post(url("remove_address", address.pk))
    assert not Channel.objects.filter(pk=address.pk).exists()


@pytest.mark.parametrize("name", ["ask_again", "remove_address"])
def test_addresses_are_nobody_elses(client, bob, address, name):
    client.force_login(bob)
    assert client.post(url(name, address.pk)).status_code == 404
    assert address.address not in client.get(PAGE).text


def test_the_sign_in_address_and_webhooks_are_not_removed_that_way(as_alice, acme, seat, webhook):
    hook = webhook("https://hooks.example/")
    for channel in (hook, *seat.channels.all()):
        assert as_alice.post(url("remove_address", channel.pk)).status_code == 404


def test_a_reseller_has_no_addresses_in_a_clients_account(client, charlie, acme):
    harbour = charlie.memberships.get().account
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    client.force_login(charlie)
    assert add(client).status_code == 404
