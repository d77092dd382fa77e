"""Accounts on plans, with mailboxes by the dozen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Account, BandPrice, Plan, Token, User
from domains.models import Domain
from mailboxes.models import Mailbox
from tests.conftest import GB

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NewPlan = Callable[..., Plan]


@pytest.fixture
def new_plan(db: None) -> NewPlan:
    """`new_plan(10)` holds ten mailboxes, and no limit on anything else."""

    def make(mailbox_limit: int | None = None, **fields: object) -> Plan:
        name = str(fields.pop("name", f"Holds {mailbox_limit}"))
        return Plan.objects.create(name=name, mailbox_limit=mailbox_limit, **fields)

    return make


def add_token(account: Account, user: User) -> Token:
    """A token of the account's; nobody knows its secret."""
    scopes = ["mailboxes:read"]
    return Token.objects.create(
        account=account, user=user, name="Shop", digest=b"x" * 32, hint="abcd", scopes=scopes
    )


def fill_with(domain: Domain, *names: str, **fields: object) -> None:
    """Mailboxes without the slow parts, each a day younger than the one before."""
    first = domain.mailbox_count
    Mailbox.objects.bulk_create(
        Mailbox(
            account=domain.account,
            domain=domain,
            local_part=name,
            address=f"{name}@{domain.name}",
            **{
                "created_at": LONG_AGO + timedelta(days=number),
                "quota_bytes": GB,
                "quota_messages": 32_768,
                **fields,
            },
        )
        for number, name in enumerate(names, first)
    )
    domain.refresh_from_db()


def names_in(state: str) -> str:
    """Of all mailboxes in that state, the oldest first."""
    found = Mailbox.objects.filter(state=state).exclude(local_part="postmaster")
    return " ".join(found.order_by("created_at", "pk").values_list("local_part", flat=True))


@pytest.fixture
def harbour(acme: Account, new_plan: NewPlan) -> Account:
    """The reseller of acme, with a pool of ten mailboxes."""
    harbour = Account.objects.create(
        name="Harbour", slug="harbour", kind=Account.Kind.RESELLER, plan=new_plan(10, name="Pool")
    )
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    acme.refresh_from_db()
    return harbour


@pytest.fixture
def owner(client: Client, harbour: Account, alice: User) -> Client:
    """Alice owns the reseller, too."""
    harbour.memberships.create(user=alice, role=40)
    client.force_login(alice)
    return client


@pytest.fixture
def small(harbour: Account, acme: Account) -> Plan:
    """A plan of the reseller that acme has."""
    plan = Plan.objects.create(name="Small", owner=harbour, mailbox_limit=5, domain_limit=2)
    BandPrice.objects.create(plan=plan, band_gb=8, monthly="1.50")
    Account.objects.filter(pk=acme.pk).update(plan=plan)
    return plan
