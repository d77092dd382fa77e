"""Plans as the provider edits them."""

from decimal import Decimal

from django.urls import reverse

from accounts.models import Account, AuditEvent, Plan
from tests.admin.forms import act, change, page_of, typed_of

GB = 2**30
PLANS = reverse("admin:accounts_plan_changelist")


def test_a_plan_is_edited_and_counts_at_once(provider, plan):
    change(provider, plan, domain_limit="0", default_size_bytes="8")
    plan.refresh_from_db()
    assert (plan.domain_limit, plan.default_size_bytes) == (0, 8 * GB)
    assert AuditEvent.objects.latest("pk").action == "plan.changed"


def test_sizes_are_typed_and_shown_in_gb(provider, plan):
    assert typed_of(provider, page_of(plan))["largest_size_bytes"] == "25"
    change(provider, plan, largest_size_bytes="20", default_size_bytes="0.5")
    plan.refresh_from_db()
    assert (plan.largest_size_bytes, plan.default_size_bytes) == (20 * GB, GB // 2)


def test_a_default_size_above_the_largest_is_refused_beside_the_form(provider, plan):
    page = change(provider, plan, default_size_bytes="26")
    assert "must not exceed the largest size" in page.text
    plan.refresh_from_db()
    assert plan.default_size_bytes == 8 * GB


def test_a_plan_is_made(provider, plan):
    url = reverse("admin:accounts_plan_add")
    provider.post(url, {**typed_of(provider, url), "name": "Large"})
    made = Plan.objects.get(name="Large")
    assert (made.domain_limit, made.largest_size_bytes) == (None, 25 * GB)
    assert AuditEvent.objects.latest("pk").action == "plan.created"


def test_prices_are_typed_for_each_band_and_taken_away(provider, plan):
    change(provider, plan, price_8="2.50", price_25="4")
    assert dict(plan.prices.values_list("band_gb", "monthly")) == {8: Decimal("2.50"), 25: 4}
    assert typed_of(provider, page_of(plan))["price_8"] == Decimal("2.50")
    change(provider, plan, price_25="")
    assert list(plan.prices.values_list("band_gb", flat=True)) == [8]


def test_the_messages_that_mailboxes_may_hold_follow_the_plan(provider, plan, mailbox):
    change(provider, plan, message_cap="1000")
    mailbox.refresh_from_db()
    assert mailbox.quota_messages == 1000


def test_a_plan_that_is_made_smaller_says_who_has_more(provider, plan, mailbox):
    page = change(provider, plan, mailbox_limit="0")
    assert "1 account has more mailboxes" in page.text
    plan.refresh_from_db()
    assert plan.mailbox_limit == 25
    change(provider, plan, mailbox_limit="0", understood="on")
    plan.refresh_from_db()
    assert plan.mailbox_limit == 0


def test_plans_are_retired_offered_again_and_deleted_while_nobody_has_them(provider, plan, acme):
    old = Plan.objects.create(name="Old")
    done = []
    for each in ("retire", "offer_again", "delete_unused"):
        act(provider, PLANS, each, old, go="1")
        done.append(AuditEvent.objects.latest("pk").action)
    assert done == ["plan.retired", "plan.offered_again", "plan.deleted"]
    used = Plan.objects.create(name="Used")
    Account.objects.filter(pk=acme.pk).update(plan=used)
    assert "What you chose:" in act(provider, PLANS, "delete_unused", used).text
    page = act(provider, PLANS, "delete_unused", used, go="1")
    assert "Used: A plan in use cannot be deleted" in page.text


def test_a_plan_stays_with_who_sells_it(provider, plan, acme):
    change(provider, plan, owner=acme.pk)
    plan.refresh_from_db()
    assert plan.owner is None


def test_another_plan_is_chosen_for_new_accounts(provider, plan):
    other = Plan.objects.create(name="Other")
    act(provider, PLANS, "choose_for_sign_up", other)
    assert Plan.objects.for_sign_up() == other
    assert AuditEvent.objects.latest("pk").action == "plan.chosen_for_sign_up"


def test_new_accounts_get_no_plan_that_is_retired_or_a_resellers(provider, plan, acme):
    old = Plan.objects.create(name="Old", retired_at="2026-01-01T00:00Z")
    sold = Plan.objects.create(name="Sold", owner=acme)
    for each in (old, sold):
        page = act(provider, PLANS, "choose_for_sign_up", each)
        assert f"{each}: New accounts need a plan of the provider" in page.text
    assert Plan.objects.for_sign_up() == plan
