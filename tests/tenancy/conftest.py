"""One thing of each kind, of acme and of somebody else."""

import pytest

from accounts.models import Account
from tests.tenancy.test_routes import things_of


@pytest.fixture
def ours(acme):
    return things_of(acme, "acme.test")


@pytest.fixture
def theirs(charlie):
    return things_of(Account.objects.get(memberships__user=charlie), "elsewhere.test")
