"""Harbour is a reseller that alice owns; acme is its client, whose owner is carol."""

import pytest
from django.test import Client

from accounts.audit import Actor
from accounts.models import Account, Branding, Membership, Role, User
from accounts.services import open_account


@pytest.fixture
def harbour(plan, alice) -> Account:
    account = open_account(name="Harbour", owner=alice)
    Account.objects.filter(pk=account.pk).update(kind=Account.Kind.RESELLER)
    account.refresh_from_db()
    return account


@pytest.fixture
def carol(plan, harbour) -> User:
    user = User.objects.create_user("carol@acme.test", "correct horse battery")
    account = open_account(name="Acme", owner=user)
    Account.objects.filter(pk=account.pk).update(reseller=harbour)
    return user


@pytest.fixture
def acme(carol) -> Account:
    return Account.objects.get(memberships__user=carol)


@pytest.fixture
def owner(client, harbour, alice) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def branding(harbour) -> Branding:
    return Branding.objects.create(
        account=harbour, name="Harbour Mail", accent="#7a1f5c", support_email="help@harbour.test"
    )


@pytest.fixture
def manager(client, harbour) -> Client:
    user = User.objects.create_user("manager@harbour.test")
    Membership.objects.create(user=user, account=harbour, role=Role.MANAGER)
    client.force_login(user)
    return client


@pytest.fixture
def actor_of():
    """The owner of an account, who acts."""

    def actor_of(account: Account) -> Actor:
        seat = Membership.objects.get(account=account, role=Role.OWNER)
        return Actor(account, seat.user, "192.0.2.1")

    return actor_of
