"""Rows that the mail servers can see: committed, and taken away after each file of tests."""

from collections.abc import Callable, Iterator
from itertools import count
from secrets import token_hex

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from accounts.models import Account, AuditEvent, Plan, User
from domains.models import Domain, ZoneRecord
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.conftest import make_domain, make_mailbox

# Names that no earlier run has used: mail of that run may still lie in the outbox.
_run = token_hex(3)
_numbers = count(1)
NewMailbox = Callable[..., Mailbox]


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around each test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def account(db: None) -> Iterator[Account]:
    account = _new_account("Mail")
    yield account
    for rows in (Usage, AuditEvent, HostJob, ZoneRecord):
        rows.objects.all().delete()
    User.objects.filter(is_staff=True).delete()
    with connection.cursor() as cursor:
        # A beat that ran for a minute has taken one of today; it refuses to be deleted row by row.
        cursor.execute("TRUNCATE plans_snapshot")
    _remove(account)


def _new_account(name: str) -> Account:
    plan = Plan.objects.create(name="Unlimited")
    slug = f"mail-{next(_numbers)}-{_run}"
    return Account.objects.create(name=name, slug=slug, plan=plan)


def _remove(account: Account) -> None:
    account.delete()
    account.plan.delete()


@pytest.fixture(scope="module")
def new_domain(account: Account) -> Callable[..., Domain]:
    def make(**options: object) -> Domain:
        return make_domain(account, f"d{next(_numbers)}-{_run}.test", **options)

    return make


@pytest.fixture(scope="module")
def domain(new_domain: Callable[..., Domain]) -> Domain:
    return new_domain()


@pytest.fixture
def new_mailbox(domain: Domain) -> NewMailbox:
    """Makes a mailbox that no other test knows."""

    def make(**fields: object) -> Mailbox:
        mailbox = make_mailbox(domain, f"box{next(_numbers)}")
        if fields:
            Mailbox.objects.filter(pk=mailbox.pk).update(**fields)
            mailbox.refresh_from_db()
        return mailbox

    return make


@pytest.fixture
def neighbour(db: None) -> Iterator[Mailbox]:
    """A mailbox in another account."""
    account = _new_account("Neighbour")
    yield make_mailbox(make_domain(account, f"n{next(_numbers)}-{_run}.test"))
    _remove(account)
