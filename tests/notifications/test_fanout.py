"""Who is told of an alert, and by which way."""

from threading import Event

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account, Membership, Role, User
from accounts.services import remove_member
from notifications import outcomes
from notifications.models import Alert, Channel, Delivery, Notice
from notifications.outcomes import Result
from notifications.services import raise_alert
from notifications.webhooks import remove_webhook
from tests.concurrency import at_once
from tests.conftest import make_domain
from tests.mailservers.clients import wait_for


def tell(account, kind=Alert.Kind.DOMAIN_ACTIVE, key="once", domain=None):
    raise_alert(
        account=account, kind=kind, facts={"domain": "acme.test"}, dedup_key=key,
        domain_id=domain and domain.pk,
    )  # fmt: skip


def bells() -> list[str]:
    people = Notice.objects.values_list("channel__membership__user__email", flat=True)
    return sorted(people)


def mailed() -> list[str]:
    return sorted(d.channel.recipient for d in Delivery.objects.select_related("channel"))


def seat(account, name, role, **fields):
    user = User.objects.create_user(f"{name}@example.test")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return Membership.objects.create(account=account, user=user, role=role, **fields)


@pytest.fixture
def hook(acme):
    return Channel.objects.create(
        account=acme, transport="webhook", address="https://hooks.example/"
    )


def test_everybody_has_a_bell_and_who_manages_gets_mail(acme, charlie):
    seat(acme, "dora", Role.MANAGER)
    tell(acme)
    assert bells() == ["alice@example.test", "bob@example.test", "dora@example.test"]
    assert mailed() == ["alice@example.test", "dora@example.test"]


def test_who_begins_to_manage_gets_mail_from_then_on(acme):
    viewer = seat(acme, "vera", Role.VIEWER)
    viewer.role = Role.MANAGER
    viewer.save()
    tell(acme)
    assert mailed() == ["alice@example.test", "vera@example.test"]


def test_a_person_who_is_switched_off_is_not_told(acme, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    tell(acme)
    assert bells() == ["bob@example.test"]
    assert mailed() == []


def test_an_address_gets_nothing_before_it_is_confirmed(acme, alice):
    EmailAddress.objects.update(verified=False)
    more = Channel.objects.create(
        account=acme, membership=acme.memberships.get(user=alice), transport="email",
        address="ops@example.test",
    )  # fmt: skip
    tell(acme)
    assert mailed() == []
    Channel.objects.filter(pk=more.pk).update(confirmed_at=timezone.now())
    tell(acme, key="again")
    assert mailed() == ["ops@example.test"]


def test_what_is_muted_is_not_told_there(acme, hook):
    Channel.objects.exclude(pk=hook.pk).update(muted=["domain_active"])
    tell(acme)
    assert (bells(), mailed()) == ([], ["https://hooks.example/"])


@pytest.mark.parametrize(("state", "kept"), [("paused", True), ("disabled", False)])
def test_what_happens_while_a_webhook_is_paused_waits_for_it(acme, hook, state, kept):
    Channel.objects.filter(pk=hook.pk).update(state=state)
    tell(acme)
    assert ("https://hooks.example/" in mailed()) == kept


def test_a_postmaster_hears_of_the_own_domains_only(acme):
    own, other = make_domain(acme, "own.test"), make_domain(acme, "other.test")
    Notice.objects.all().delete()
    seat(acme, "paul", Role.POSTMASTER, domain_ids=[own.pk])
    tell(acme, key="own", domain=own)
    tell(acme, key="other", domain=other)
    tell(acme, key="account")
    assert bells().count("paul@example.test") == 1


@pytest.mark.parametrize(("include", "told"), [(True, 1), (False, 0)])
def test_a_reseller_hears_of_clients_who_are_included(acme, plan, include, told):
    agency = Account.objects.create(name="Agency", slug="agency", kind="reseller", plan=plan)
    Account.objects.filter(pk=acme.pk).update(reseller=agency)
    owner = seat(agency, "rita", Role.OWNER)
    owner.channels.update(include_clients=include)
    tell(acme)
    assert bells().count("rita@example.test") == told
    assert mailed().count("rita@example.test") == told


def test_another_tenant_hears_nothing(acme, charlie):
    Channel.objects.filter(account__memberships__user=charlie).update(include_clients=True)
    tell(acme)
    assert "charlie@example.test" not in bells() + mailed()


def test_one_thing_is_told_once_however_often_it_is_found(acme, queued):
    with queued() as jobs:
        tell(acme)
        tell(acme)
    assert Alert.objects.count() == Delivery.objects.count() == 1
    channel = Delivery.objects.get().channel_id
    assert jobs == [("notifications.tasks.send", str(channel))]


@pytest.mark.django_db(transaction=True)
def test_two_that_find_it_at_once_tell_it_once(acme):
    assert at_once(lambda: tell(acme), lambda: tell(acme)) == [None, None]
    assert Alert.objects.count() == Delivery.objects.count() == 1


def test_who_leaves_takes_the_channels_along(acme, bob):
    acme.memberships.get(user=bob).delete()
    tell(acme)
    assert bells() == ["alice@example.test"]


def test_the_end_of_a_webhook_is_told_to_whoever_may_see_webhooks(acme):
    seat(acme, "dora", Role.MANAGER)
    tell(acme, Alert.Kind.CHANNEL_STOPPED)
    assert bells() == ["alice@example.test", "dora@example.test"]


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_is_being_removed_undoes_no_alert(acme, hook, actor):
    removed = Event()

    def remove():
        with transaction.atomic():
            remove_webhook(channel=hook, actor=actor)
            removed.set()
            wait_for(somebody_waits, "the settlement")

    def tell_meanwhile():
        removed.wait(timeout=10)
        tell(acme)

    assert at_once(remove, tell_meanwhile) == [None, None]
    assert mailed() == ["alice@example.test"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["webhook", "member"])
def test_nor_does_an_alert_that_is_being_told_keep_anybody_from_going(acme, bob, hook, actor, who):
    told, seat = Event(), acme.memberships.get(user=bob)
    of_seat = Channel.objects.filter(membership_id=seat.pk)
    goes = Channel.objects.filter(pk=hook.pk) if who == "webhook" else of_seat

    def tell_slowly():
        with transaction.atomic():
            tell(acme)
            told.set()
            wait_for(somebody_waits, "the removal")

    def remove_meanwhile():
        told.wait(timeout=10)
        if who == "webhook":
            remove_webhook(channel=hook, actor=actor)
        else:
            remove_member(membership=seat, actor=actor)

    assert at_once(tell_slowly, remove_meanwhile) == [None, None]
    assert not goes.exists()
    assert "alice@example.test" in mailed()


@pytest.mark.django_db(transaction=True)
def test_nor_does_an_attempt_that_is_being_written_down(acme, hook, actor):
    tell(acme)
    sending, (delivery,) = Event(), hook.deliveries.all()

    def send_slowly():
        with transaction.atomic():
            outcomes.record(
                hook, [delivery.pk], Result(delivered=False, seconds=0.1, sentence="No answer")
            )
            sending.set()
            wait_for(somebody_waits, "the removal")

    def remove_meanwhile():
        sending.wait(timeout=10)
        remove_webhook(channel=hook, actor=actor)

    assert at_once(send_slowly, remove_meanwhile) == [None, None]
    assert not Channel.objects.filter(pk=hook.pk).exists()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
