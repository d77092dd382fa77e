"""What counts in which band, and what it costs a month."""

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Account, BandPrice, Plan, Suspension
from domains.models import Domain
from mailboxes.models import Mailbox
from plans.billing.counting import BAND, counts, monthly_cost, parameters
from quotas.bands import band_of
from tests.conftest import GB, make_alias, make_domain, make_mailbox


def sized(domain, local_part, size_gb, **fields):
    mailbox = make_mailbox(domain, local_part)
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_bytes=size_gb * GB, **fields)
    return mailbox


def counted(account):
    return {each.band_gb: (each.mailboxes, each.empty_domains) for each in counts(account)}


def test_each_mailbox_counts_in_the_smallest_band_that_holds_it(acme, domain):
    for name, size in (("a", 1), ("b", 8), ("c", 16), ("d", 25)):
        sized(domain, name, size)
    assert counted(acme) == {8: (2, 0), 25: (2, 0)}


@pytest.mark.parametrize("state", ["active", "disabled", "blocked"])
def test_a_mailbox_counts_in_each_state(acme, domain, state):
    sized(domain, "a", 1, state=state)
    assert counted(acme) == {8: (1, 0), 25: (0, 0)}


def test_what_is_being_deleted_does_not_count(acme, domain):
    sized(domain, "a", 1)
    sized(domain, "b", 25, state="deleting")
    assert counted(acme) == {8: (1, 0), 25: (0, 0)}


def test_postmaster_and_aliases_are_free(acme, domain):
    make_mailbox(domain)
    make_alias(domain, "team", "info@acme.test")
    assert counted(acme) == {8: (1, 0), 25: (0, 0)}


def test_a_domain_without_a_mailbox_counts_as_one_of_the_smallest_band(acme, domain):
    assert counted(acme) == {8: (1, 1), 25: (0, 0)}
    sized(domain, "a", 25)
    assert counted(acme) == {8: (0, 0), 25: (1, 0)}


def test_a_suspended_domain_counts_as_well(acme, domain):
    Domain.objects.filter(pk=domain.pk).update(provider_step=Suspension.NO_MAIL)
    assert counted(acme) == {8: (1, 1), 25: (0, 0)}


def test_domains_not_proved_or_being_removed_and_alias_domains_are_free(acme, domain):
    make_mailbox(domain)
    make_domain(acme, "claimed.test", proved=False)
    make_domain(acme, "mirror.test", alias_of=domain)
    leaving = make_domain(acme, "leaving.test")
    Domain.objects.filter(pk=leaving.pk).update(status=Domain.Status.REMOVING)
    assert counted(acme) == {8: (1, 0), 25: (0, 0)}


def test_empty_domains_may_be_free(acme, domain, settings):
    settings.BILL_EMPTY_DOMAINS = False
    assert counted(acme) == {8: (0, 0), 25: (0, 0)}


def test_what_is_larger_than_all_bands_counts_in_the_largest(acme, domain):
    sized(domain, "a", 100)
    assert counted(acme) == {8: (0, 0), 25: (1, 0)}


def test_further_bands_can_be_added(acme, domain, settings):
    settings.BILLING_BANDS_GB = (8, 25, 50, 100)
    sized(domain, "a", 30)
    sized(domain, "b", 100)
    assert counted(acme) == {8: (0, 0), 25: (0, 0), 50: (1, 0), 100: (1, 0)}


def test_what_others_have_does_not_count(acme, domain, charlie):
    make_domain(Account.objects.get(memberships__user=charlie), "elsewhere.test")
    assert counted(acme) == {8: (1, 1), 25: (0, 0)}


def test_a_reseller_pays_for_its_clients_too(acme, domain, charlie):
    harbour = Account.objects.get(memberships__user=charlie)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    sized(make_domain(harbour, "harbour.test"), "a", 25)
    assert counted(harbour) == {8: (1, 1), 25: (1, 0)}
    assert counted(acme) == {8: (1, 1), 25: (0, 0)}


def test_the_cost_is_the_price_of_each_band_for_each_mailbox(acme, domain, plan):
    sized(domain, "a", 1)
    sized(domain, "b", 25)
    sized(domain, "c", 25)
    price(plan, 8, "1.20")
    price(plan, 25, "2.50")
    assert monthly_cost(acme, plan).total == Decimal("6.20")


def test_it_is_the_price_of_the_plan_that_is_asked_for(acme, domain, plan):
    price(plan, 8, "1.00")
    other = Plan.objects.create(name="Other")
    price(other, 8, "7.00")
    assert monthly_cost(acme, other).total == Decimal("7.00")


def test_what_has_no_price_is_not_free(acme, domain, plan):
    sized(domain, "a", 1)
    sized(domain, "b", 25)
    price(plan, 8, "1.20")
    cost = monthly_cost(acme, plan)
    assert cost.unpriced == [25]
    assert cost.total is None


def test_what_has_no_price_and_is_not_used_is_no_matter(acme, domain, plan):
    price(plan, 8, "1.20")
    assert monthly_cost(acme, plan).total == Decimal("1.20")


def test_a_price_of_zero_is_a_price(acme, domain, plan):
    price(plan, 8, "0")
    cost = monthly_cost(acme, plan)
    assert (cost.unpriced, cost.total) == ([], Decimal("0.00"))


def price(plan, band, monthly):
    BandPrice.objects.create(plan=plan, band_gb=band, monthly=monthly)


some_bands = st.lists(st.integers(1, 200), min_size=1, max_size=5, unique=True).map(sorted)
some_sizes = st.one_of(st.integers(1, 250 * GB), st.integers(1, 250).map(lambda gb: gb * GB))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sizes=st.lists(some_sizes, min_size=1, max_size=20), bands=some_bands)
def test_the_database_and_the_pages_agree_on_the_band(db, settings, sizes, bands):
    settings.BILLING_BANDS_GB = bands
    rows = f"SELECT quota_bytes, {BAND} FROM unnest(%(some)s::bigint[]) AS quota_bytes"
    with connection.cursor() as cursor:
        cursor.execute(rows, {**parameters(), "some": sizes})
        found = dict(cursor.fetchall())
    assert found == {size: band_of(size, bands) for size in sizes}
