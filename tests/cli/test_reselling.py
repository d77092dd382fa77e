"""What a reseller does from the command line: plans, clients, invoices, and the own team."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.models import Account, Plan, Role
from tests.conftest import make_domain
from tests.plans.billing.snapshots import past

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _reselling(acme):
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)


@pytest.fixture
def small(kuploy):
    kuploy("plans create Small --domains 2 --mailboxes 10 --price 8=1.50")
    return Plan.objects.get(name="Small")


@pytest.fixture
def rossi(kuploy, small):
    kuploy("clients create Rossi --owner rosa@rossi.test --plan Small")
    return Account.objects.get(name="Rossi")


def test_a_plan_is_made_changed_retired_and_deleted(kuploy, run, small):
    assert (small.domain_limit, small.prices.get().monthly) == (2, Decimal("1.50"))
    kuploy("plans change Small --mailboxes none --without catch-all")
    small.refresh_from_db()
    assert (small.mailbox_limit, small.catch_all) == (None, False)
    assert "Small\t2\tno limit" in kuploy("plans list")
    kuploy("plans retire Small")
    assert kuploy("plans list --on-offer") == ""
    kuploy("plans offer-again Small")
    kuploy("plans delete Small --yes")
    assert "There is no plan" in run("plans show Small", code=4).stderr


def test_a_client_is_made_moved_suspended_and_resumed(kuploy, run, rossi):
    assert rossi.invitations.get().email == "rosa@rossi.test"
    kuploy("plans create Large")
    assert "has the plan Large" in kuploy("clients move Rossi Large")
    kuploy("clients suspend Rossi --step no-sign-in --reason Invoice")
    assert "no-sign-in" in kuploy("clients show Rossi")
    kuploy("clients resume Rossi")
    kuploy("clients invite Rossi other@rossi.test")
    assert rossi.invitations.get().email == "other@rossi.test"
    assert run("clients create Rossi --owner x@y.test --plan Small", code=1)
    assert "There is no plan" in run("clients move Rossi Gone", code=4).stderr


def test_all_commands_work_in_a_clients_account(kuploy, rossi):
    make_domain(rossi, "rossi.test")
    assert kuploy("domains list") == ""
    assert "rossi.test" in kuploy("domains list --client Rossi")


def test_a_month_is_shown(kuploy, acme, rossi):
    today = datetime.now(UTC).date()
    acme.refresh_from_db()
    past(rossi, today, n=3, price=Decimal("2.00"), reseller_price=Decimal("1.00"))
    bill = json.loads(kuploy("billing show --json"))
    assert bill["clients"][0]["mailbox_days"] == 3
    assert kuploy("billing lines").startswith("clients\t8 GB\t3\t1.00\t")
    assert kuploy("billing clients").startswith("Rossi\t0.")


def test_a_month_that_is_none_is_said(run):
    assert "month: There are figures" in run("billing show --month 1999-01", code=1).stderr


def test_people_are_asked_in_given_roles_and_removed(kuploy, acme, bob):
    kuploy("team invite dora@example.test --role manager")
    assert "dora@example.test\tmanager" in kuploy("team invitations")
    kuploy("team withdraw dora@example.test")
    assert kuploy("team invitations") == ""
    make_domain(acme, "acme.test")
    kuploy("team role bob@example.test postmaster --domain acme.test")
    assert acme.memberships.get(user=bob).role == Role.POSTMASTER
    assert "bob@example.test\tpostmaster\tacme.test" in kuploy("team list")
    kuploy("team remove bob@example.test --yes")
    assert not acme.memberships.filter(user=bob).exists()


def test_the_last_owner_stays(run):
    assert "needs an owner" in run("team remove alice@example.test --yes", code=1).stderr
