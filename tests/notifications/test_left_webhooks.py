"""A webhook that a reseller set up in a client's account goes when the client leaves."""

from uuid import uuid4

import pytest

from accounts.audit import Actor
from accounts.models import Account
from accounts.services import assign_reseller, open_account
from notifications.models import Attempt, Channel, Delivery
from notifications.webhooks import add_webhook, change_webhook
from tests.notifications.test_fanout import tell


@pytest.fixture
def harbour(acme, charlie):
    harbour = open_account(name="Harbour", owner=charlie)
    harbour.kind = Account.Kind.RESELLER
    harbour.save(update_fields=["kind"])
    acme.reseller = harbour
    acme.save(update_fields=["reseller"])
    return harbour


@pytest.fixture
def by_reseller(acme, harbour, charlie):
    return Actor(acme, charlie, reseller="Harbour")


def hook(acme, actor, name):
    url = f"https://{name}.example/"
    made, _secret = add_webhook(
        account=acme, pk=uuid4(), url=url, muted=[], include_clients=False, actor=actor
    )
    return made


def leave(acme, actor):
    assign_reseller(account=acme, reseller=None, actor=actor)


def hosts():
    return {channel.host for channel in Channel.objects.filter(transport="webhook")}


def test_it_goes_with_what_is_on_its_way_and_the_clients_own_stays(acme, by_reseller, actor):
    theirs = hook(acme, by_reseller, "theirs")
    hook(acme, actor, "own")
    tell(acme)
    Attempt.objects.create(delivery=theirs.deliveries.get(), milliseconds=1)
    leave(acme, actor)
    assert hosts() == {"own.example"}
    assert Delivery.objects.filter(channel__transport="webhook").count() == 1
    assert not Attempt.objects.exists()


def test_its_page_says_whose_it_is(as_alice, acme, by_reseller, actor):
    pages = [as_alice.get(f"/acme/notifications/webhooks/{hook(acme, by, name).pk}/").text
             for by, name in ((by_reseller, "theirs"), (actor, "own"))]  # fmt: skip
    said = ["It ends when the account leaves them." in page for page in pages]
    assert said == [True, False]


def test_who_types_the_url_last_owns_it(acme, by_reseller, actor):
    theirs, own = hook(acme, by_reseller, "theirs"), hook(acme, actor, "own")
    choice = {"muted": [], "include_clients": False}
    change_webhook(channel=theirs, url="https://taken-over.example/", **choice, actor=actor)
    change_webhook(channel=own, url="https://turned.example/", **choice, actor=by_reseller)
    leave(acme, actor)
    assert hosts() == {"taken-over.example"}


def test_another_choice_of_alerts_changes_nothing_about_that(acme, by_reseller, actor):
    own = hook(acme, actor, "own")
    change_webhook(
        channel=own, url=own.address, muted=["dns_cured"], include_clients=False, actor=by_reseller
    )
    leave(acme, actor)
    assert hosts() == {"own.example"}
