"""Moving an account to another plan: what fits, what does not, what is blocked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import Actor
from accounts.models import Account, AuditEvent, BandPrice
from accounts.room import Countable
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from plans.lowering import no_longer_fitting
from plans.moving import DoesNotFit, move, preview
from tests.conftest import GB, make_domain, make_mailbox
from tests.plans.conftest import fill_with, names_in


def to(account, plan, *, block_excess=False):
    account = Account.objects.get(pk=account.pk)
    move(account=account, plan=plan, block_excess=block_excess, actor=Actor.system(account))


def said(account, plan):
    return [f"{each.sentence} {each.advice}" for each in preview(account, plan).findings]


def test_what_fits_moves_and_it_is_written_down(acme, domain, new_plan):
    fill_with(domain, "a", "b")
    to(acme, new_plan(2))
    acme.refresh_from_db()
    assert acme.plan.name == "Holds 2"
    event = AuditEvent.objects.get(action="account.plan_changed")
    assert event.account == acme
    assert event.details == {"before": "Standard", "after": "Holds 2"}
    assert names_in("active") == "a b"


def test_the_preview_shows_what_would_be_used_of_the_plan(acme, domain, new_plan):
    fill_with(domain, "a", "b")
    acme.refresh_from_db()
    found = preview(acme, new_plan(10, domain_limit=1))
    assert found.fits
    assert (found.rooms[Countable.MAILBOX].used, found.rooms[Countable.MAILBOX].limit) == (2, 10)
    assert (found.rooms[Countable.DOMAIN].used, found.rooms[Countable.DOMAIN].limit) == (1, 1)


def test_too_many_mailboxes_are_refused_with_the_numbers(acme, domain, new_plan):
    fill_with(domain, "a", "b", "c")
    with pytest.raises(DoesNotFit, match="3 mailboxes, the plan holds 1: 2 too many") as refusal:
        to(acme, new_plan(1))
    assert "block the 2 newest" in str(refusal.value)
    acme.refresh_from_db()
    assert (acme.plan.name, names_in("active")) == ("Standard", "a b c")


def test_the_newest_are_blocked_when_that_is_chosen(acme, domain, new_plan):
    fill_with(domain, "a", "b", "c")
    to(acme, new_plan(1), block_excess=True)
    assert (names_in("active"), names_in("blocked")) == ("a", "b c")


def test_a_plan_for_no_mailbox_blocks_all_but_the_postmaster(acme, domain, new_plan):
    fill_with(domain, "a")
    to(acme, new_plan(0), block_excess=True)
    assert names_in("blocked") == "a"
    assert Mailbox.objects.get(local_part="postmaster").state == "active"


def test_it_says_what_it_costs_before_and_after(acme, domain, new_plan, plan):
    fill_with(domain, "a", "b")
    BandPrice.objects.create(plan=plan, band_gb=8, monthly="1.50")
    cheap = new_plan()
    BandPrice.objects.create(plan=cheap, band_gb=8, monthly="1.00")
    found = preview(acme, cheap)
    assert (found.cost_before.total, found.cost_after.total) == (3, 2)


def test_a_retired_plan_takes_nobody(acme, domain, new_plan):
    plan = new_plan(retired_at="2026-01-01T00:00Z")
    with pytest.raises(Refused, match="not on offer any more"):
        to(acme, plan)


def test_the_plan_that_one_has_is_no_move(acme, plan):
    with pytest.raises(Refused, match="Acme has this plan already"):
        to(acme, plan)


def test_a_client_gets_the_plans_of_its_reseller_and_no_others(acme, harbour, new_plan):
    with pytest.raises(Refused, match="not on offer"):
        to(acme, new_plan(5))
    to(acme, new_plan(5, owner=harbour))
    with pytest.raises(Refused, match="not on offer"):
        to(harbour, new_plan(5, owner=harbour))


def test_who_was_put_below_a_reseller_meanwhile_is_asked_to_try_again(acme, harbour, new_plan):
    acme.reseller = None  # as it was when the page was asked for
    with pytest.raises(Refused, match="Acme was moved just now"):
        move(account=acme, plan=new_plan(5), block_excess=False, actor=Actor.system(acme))


def test_a_resellers_plan_is_the_pool_with_its_clients(acme, domain, harbour, new_plan):
    own = make_domain(harbour, "harbour.test")
    fill_with(own, "o1", "o2")
    fill_with(domain, "c1", "c2", "c3")
    harbour.refresh_from_db()
    plan = new_plan(3, name="Small pool")
    assert said(harbour, plan)[0].startswith("5 mailboxes, the plan holds 3: 2 too many.")
    to(harbour, plan, block_excess=True)
    # o1, c1: day 0; o2, c2: day 1; c3: day 2.
    assert len(names_in("blocked").split()) == 2
    assert names_in("blocked").endswith("c3")
    assert {event.account for event in AuditEvent.objects.filter(action="mailboxes.blocked")} <= {
        acme, harbour,
    }  # fmt: skip


def test_message_caps_follow_the_plan(acme, domain, new_plan):
    fill_with(domain, "small", quota_bytes=GB)
    fill_with(domain, "large", quota_bytes=8 * GB)
    caps = Mailbox.objects.values_list("local_part", "quota_messages")
    to(acme, new_plan(message_cap=1000))
    assert dict(caps) == {"small": 1000, "large": 1000, "postmaster": 1600}
    to(acme, new_plan())
    assert dict(caps.all()) == {"small": 32_768, "large": 262_144, "postmaster": 1600}


def statements(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_preview_and_move_cost_the_same_however_many_mailboxes(acme, domain, new_plan):
    fill_with(domain, "a", "b", "c")
    acme.refresh_from_db()
    one, two = new_plan(1), new_plan(2)
    few = [statements(lambda: preview(acme, one)), move_down(acme, one), move_down(acme, two)]
    to(acme, new_plan())
    fill_with(domain, *(f"n{number}" for number in range(20)))
    acme.refresh_from_db()
    many = [statements(lambda: preview(acme, one)), move_down(acme, one), move_down(acme, two)]
    assert few == many
    assert few[0] <= 12, few


def move_down(account, plan):
    return statements(lambda: to(account, plan, block_excess=True))


def test_a_mailbox_that_its_owner_had_disabled_is_disabled_again(acme, domain, new_plan):
    fill_with(domain, "a")
    fill_with(domain, "off", state="disabled")
    to(acme, new_plan(0), block_excess=True)
    to(acme, new_plan(2))
    assert (names_in("active"), names_in("disabled")) == ("a", "off")


def test_a_full_account_takes_nothing_new_instead_of_the_blocked(acme, domain, new_plan):
    fill_with(domain, "a", "b")
    to(acme, new_plan(1), block_excess=True)
    domain = Domain.objects.get(pk=domain.pk)
    with pytest.raises(Refused, match="Your plan holds 1 mailbox"):
        make_mailbox(domain, "new")


def test_a_lowered_pool_counts_what_the_clients_have(acme, domain, harbour, new_plan):
    fill_with(domain, "a", "b")
    pool = harbour.plan
    sizes = {"largest_size_bytes": pool.largest_size_bytes}
    limits = {"domain_limit": None, "alias_limit": None}
    assert no_longer_fitting(pool, {"mailbox_limit": 1, **limits, **sizes}) == [
        "1 account has more mailboxes."
    ]
    assert no_longer_fitting(pool, {"mailbox_limit": 2, **limits, **sizes}) == []
