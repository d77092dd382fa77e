"""Harbour is a reseller that alice owns; acme is its client, of which bob is the owner."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import Actor
from accounts.models import Account, Membership, Plan, Role, User
from accounts.services import open_account

Address = Callable[..., str]


@pytest.fixture
def harbour(plan: Plan, alice: User) -> Account:
    harbour = open_account(name="Harbour", owner=alice)
    harbour.kind = Account.Kind.RESELLER
    harbour.plan = Plan.objects.create(name="Pool", mailbox_limit=50, domain_limit=20)
    harbour.save(update_fields=["kind", "plan"])
    return harbour


@pytest.fixture
def small(harbour: Account) -> Plan:
    return Plan.objects.create(name="Small", owner=harbour, mailbox_limit=5, domain_limit=2)


@pytest.fixture
def acme(harbour: Account, small: Plan, bob: User) -> Account:
    acme = Account.objects.create(name="Acme", slug="acme", plan=small, reseller=harbour)
    Membership.objects.create(user=bob, account=acme, role=Role.OWNER)
    return acme


@pytest.fixture
def actor(harbour: Account, alice: User) -> Actor:
    return Actor(harbour, alice, "192.0.2.1")


@pytest.fixture
def reseller(client: Client, alice: User, harbour: Account) -> Client:
    """The browser of the reseller's owner."""
    client.force_login(alice)
    return client


@pytest.fixture
def address(harbour: Account) -> Address:
    """`address("detail", acme)`: a page of the reseller's."""

    def address(name: str, *rows: Account) -> str:
        return reverse(f"clients:{name}", args=["harbour", *(row.pk for row in rows)])

    return address
