"""Rows beyond the plan, and two imports at once against the last free places."""

import pytest
from django.db.models import F

from accounts.models import Account, Plan
from mailboxes.blocking import bring_back_everywhere
from mailboxes.imports import services
from mailboxes.models import Alias, Mailbox
from tests.concurrency import at_once
from tests.imports.conftest import HASH, do_all, reasons, states

MAILBOXES = "".join(f"{name}@acme.test;{HASH}\n" for name in "abcd")
ALIASES = "".join(f"{name}@acme.test;info@elsewhere.test\n" for name in "abcd")


@pytest.fixture
def small(acme):
    """Room for two of each."""
    Plan.objects.filter(pk=acme.plan_id).update(mailbox_limit=2, alias_limit=2, domain_limit=3)


def names_in(state):
    found = Mailbox.objects.filter(state=state).exclude(local_part="postmaster")
    return "".join(found.order_by("local_part").values_list("local_part", flat=True))


def test_mailboxes_beyond_it_are_said_before_and_made_blocked(uploaded, imported, domain, small):
    assert states(uploaded(MAILBOXES)) == ["create", "create", "beyond", "beyond"]
    job = imported(MAILBOXES)
    assert (job.status, states(job)) == ("done", ["made", "made", "blocked", "blocked"])
    assert (names_in("active"), names_in("blocked")) == ("ab", "cd")


def test_they_come_back_in_the_order_of_the_file_when_there_is_room(imported, acme, domain, small):
    imported(MAILBOXES)
    Plan.objects.filter(pk=acme.plan_id).update(mailbox_limit=3)
    bring_back_everywhere()
    assert (names_in("active"), names_in("blocked")) == ("abc", "d")


def test_aliases_beyond_it_are_left_out_and_made_by_the_same_file_later(
    uploaded, imported, acme, domain, small
):
    job = imported(ALIASES, kind="alias")
    assert (job.status, states(job)) == ("done_skipped", ["made", "made", "left", "left"])
    Plan.objects.filter(pk=acme.plan_id).update(alias_limit=4)
    again = imported(ALIASES, kind="alias")
    assert (again.status, states(again)) == ("done", ["same", "same", "made", "made"])


def test_domains_beyond_it_are_left_out(imported, acme, domain, small):
    job = imported("a.test;\nb.test;\nc.test;\n", kind="domain")
    assert states(job) == ["made", "made", "left"]


def test_a_domain_has_no_more_aliases_than_its_mailboxes_allow(uploaded, imported, acme, domain):
    Plan.objects.filter(pk=acme.plan_id).update(aliases_per_mailbox=2)
    assert states(uploaded(ALIASES, kind="alias")) == ["create", "create", "left", "left"]
    job = imported(ALIASES, kind="alias")
    assert states(job) == ["made", "made", "left", "left"]
    assert "acme.test holds 2 aliases: 2 for each of its mailboxes." in reasons(job)


def test_the_resellers_pool_counts_too(imported, acme, domain):
    pool = Plan.objects.create(name="Pool", mailbox_limit=1)
    reseller = Account.objects.create(name="R", slug="r", kind="reseller", plan=pool)
    Account.objects.filter(pk=acme.pk).update(reseller=reseller)
    acme.refresh_from_db()
    assert states(imported(MAILBOXES)) == ["made", "blocked", "blocked", "blocked"]


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_share_the_last_places(uploaded, actor, domain, small):
    other = MAILBOXES.replace("@acme", "2@acme")
    jobs = [uploaded(MAILBOXES), uploaded(other)]
    for job in jobs:
        services.apply(job=job, domain_ids=None, actor=actor)
    at_once(*(lambda job=job: do_all(job) for job in jobs))
    assert sorted(state for job in jobs for state in states(job)) == ["blocked"] * 6 + ["made"] * 2
    assert len(names_in("active")) - names_in("active").count("2") == 2


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_rows_make_each_once(uploaded, actor, domain):
    jobs = [uploaded(MAILBOXES), uploaded(MAILBOXES)]
    for job in jobs:
        services.apply(job=job, domain_ids=None, actor=actor)
    at_once(*(lambda job=job: do_all(job) for job in jobs))
    assert sorted(state for job in jobs for state in states(job)) == ["made"] * 4 + ["same"] * 4
    assert names_in("active") == "abcd"


def test_the_plan_is_counted_again_when_rows_are_made(uploaded, acme, actor, domain):
    job = uploaded(ALIASES, kind="alias")
    assert states(job) == ["create"] * 4
    Plan.objects.filter(pk=acme.plan_id).update(alias_limit=F("alias_limit") * 0 + 1)
    services.apply(job=job, domain_ids=None, actor=actor)
    do_all(job)
    assert states(job) == ["made", "left", "left", "left"]
    assert Alias.objects.count() == 1
