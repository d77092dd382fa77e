import pytest
from django.core import mail as django_mail

from accounts.models import Membership, Role, User
from notifications.models import Alert, Delivery
from notifications.services import raise_alert
from tests.concurrency import at_once


def tell(account, key="once", body="It happened."):
    raise_alert(
        account=account, kind=Alert.Kind.DOMAIN_ACTIVE, title="Something", body=body, dedup_key=key
    )


@pytest.fixture
def dora(acme):
    user = User.objects.create_user("dora@example.test")
    Membership.objects.create(account=acme, user=user, role=Role.MANAGER)
    return user


def addresses() -> list[str]:
    return sorted(Delivery.objects.values_list("address", flat=True))


def test_owners_and_managers_are_told_others_not(acme, dora, bob, charlie):
    tell(acme)
    assert addresses() == ["alice@example.test", "dora@example.test"]


def test_a_person_who_is_switched_off_is_not_told(acme, dora):
    User.objects.filter(pk=dora.pk).update(is_active=False)
    tell(acme)
    assert addresses() == ["alice@example.test"]


def test_one_thing_is_told_once_however_often_it_is_found(acme, queued):
    with queued() as jobs:
        tell(acme)
        tell(acme, body="Said differently.")
    assert Alert.objects.get().body == "It happened."
    assert jobs == [("notifications.tasks.deliver", Delivery.objects.get().pk)]


@pytest.mark.django_db(transaction=True)
def test_two_that_find_it_at_once_tell_it_once(acme):
    assert at_once(lambda: tell(acme), lambda: tell(acme)) == [None, None]
    assert Alert.objects.count() == Delivery.objects.count() == 1


def test_nothing_leaves_before_the_commit(acme, queued):
    with queued():
        tell(acme)
        assert django_mail.outbox == []
