"""Plans as the provider edits them."""

from django.urls import reverse

from accounts.models import AuditEvent, Plan
from tests.admin.forms import change, page_of, typed_of

GB = 2**30
PLANS = reverse("admin:accounts_plan_changelist")


def test_a_plan_is_edited_and_counts_at_once(provider, plan):
    change(provider, plan, domain_limit="0")
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


def test_a_plan_stays_with_who_sells_it(provider, plan, acme):
    change(provider, plan, owner=acme.pk)
    plan.refresh_from_db()
    assert plan.owner is None


def choose(client, plan):
    typed = {"action": "choose_for_sign_up", "_selected_action": [plan.pk]}
    return client.post(PLANS, typed, follow=True)


def test_another_plan_is_chosen_for_new_accounts(provider, plan):
    other = Plan.objects.create(name="Other")
    choose(provider, other)
    assert Plan.objects.for_sign_up() == other
    assert AuditEvent.objects.latest("pk").action == "plan.chosen_for_sign_up"


def test_new_accounts_get_no_plan_that_is_retired_or_a_resellers(provider, plan, acme):
    old = Plan.objects.create(name="Old", retired_at="2026-01-01T00:00Z")
    sold = Plan.objects.create(name="Sold", owner=acme)
    for each in (old, sold):
        assert f"{each}: New accounts need a plan of the provider" in choose(provider, each).text
    assert Plan.objects.for_sign_up() == plan
