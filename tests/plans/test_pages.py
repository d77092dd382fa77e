"""A reseller's plans as pages: list, make, change, copy, retire, delete."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, AuditEvent, BandPrice, Plan
from mailboxes.models import Mailbox
from tests.conftest import GB
from tests.plans.conftest import fill_with


def url(name, *args):
    return reverse(f"plans:{name}", args=["harbour", *args])


def typed(page, **changes):
    """What the form shows, with changes, as a browser would send it."""
    form = page.context["form"]
    values = {field.name: field.value() for field in form}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    sent = {**sent, **changes}
    return {name: value for name, value in sent.items() if value is not None}


def test_a_plan_is_made_with_its_prices(owner, harbour):
    page = owner.get(url("add"))
    response = owner.post(
        url("add"),
        typed(page, name="Basic", mailbox_limit="3", alias_limit="0", price_8="1.20", api=None),
    )
    assert response.status_code == 302
    plan = Plan.objects.get(name="Basic")
    assert (plan.owner, plan.mailbox_limit, plan.alias_limit) == (harbour, 3, 0)
    assert (plan.domain_limit, plan.api, plan.catch_all) == (None, False, True)
    prices = dict(plan.prices.values_list("band_gb", "monthly"))
    assert prices == {8: Decimal("1.20")}
    assert AuditEvent.objects.latest("pk").action == "plan.created"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""}, {"name": "x" * 81}, {"mailbox_limit": "-1"}, {"mailbox_limit": "many"},
        {"mailbox_limit": "9" * 20}, {"mailbox_limit": "9" * 5000},
        {"largest_size_bytes": str(GB)}, {"price_8": "-1"},
        {"price_8": "1.234"}, {"allowed_sizes_gb": []}, {"allowed_sizes_gb": ["3000"]},
        {"forwarding": "sometimes"}, {"default_size_bytes": "12"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_shown_again(owner, change):
    page = owner.get(url("add"))
    assert owner.post(url("add"), typed(page, **{"name": "Odd", **change})).status_code == 422
    assert not Plan.objects.filter(name="Odd").exists()


def test_the_list_says_what_each_plan_holds_and_who_has_it(owner, small):
    text = owner.get(url("list")).text
    for part in ("Small", "Domains: 2", "Mailboxes: 5", "Aliases: no limit", "1.50 EUR"):
        assert part in text
    assert owner.get(url("list")).context["page"].rows[0].users == 1


def test_the_list_costs_the_same_for_many_plans(owner, small, harbour):
    def add(start, end):
        for number in range(start, end):
            plan = Plan.objects.create(name=f"n{number}", owner=harbour)
            BandPrice.objects.create(plan=plan, band_gb=8, monthly=1)
            Account.objects.create(name="x", slug=f"x{number}", plan=plan, reseller=harbour)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(url("list")).status_code == 200
        return len(queries)

    add(0, 2)
    few = cost()
    add(2, 20)
    assert cost() == few <= 10


def test_the_list_is_searched_and_filtered(owner, small, harbour):
    Plan.objects.create(name="Old", owner=harbour, retired_at="2026-01-01T00:00Z")

    def shown(**query):
        return [plan.name for plan in owner.get(url("list"), query).context["page"].rows]

    assert shown() == ["Small", "Old"]
    assert shown(q="sma") == ["Small"]
    assert shown(state="retired") == ["Old"]
    assert shown(state="on-offer") == ["Small"]


def test_a_plan_beyond_the_pool_is_allowed_and_said_beside_the_field(owner, small):
    assert "Your own plan holds 10, 10 are left" in owner.get(url("edit", small.pk)).text
    page = owner.get(url("edit", small.pk))
    for limit in ("10", "11"):
        assert "More than" not in owner.get(url("edit", small.pk)).text
        sent = typed(page, mailbox_limit=limit)
        assert owner.post(url("edit", small.pk), sent).status_code == 302
    assert "More than your own plan holds (10, 10 left)" in owner.get(url("edit", small.pk)).text


def test_who_no_longer_fits_is_said_before_anything_is_saved(owner, small, domain):
    fill_with(domain, "a", "b", quota_bytes=16 * GB)
    page = owner.get(url("edit", small.pk))
    less = typed(page, mailbox_limit="1", largest_size_bytes=str(8 * GB))
    warned = owner.post(url("edit", small.pk), less)
    assert warned.status_code == 422
    assert "1 account has more mailboxes." in warned.text
    assert "1 account has larger mailboxes." in warned.text
    assert "They keep what they have, and nothing new fits." in warned.text
    assert Plan.objects.get(pk=small.pk).mailbox_limit == 5
    assert owner.post(url("edit", small.pk), {**less, "understood": "on"}).status_code == 302
    assert Plan.objects.get(pk=small.pk).mailbox_limit == 1
    assert Mailbox.objects.filter(state="active", counted=True).count() == 2


def test_who_fits_no_more_since_long_is_not_asked_about_again(owner, small, domain):
    fill_with(domain, "a", "b")
    Plan.objects.filter(pk=small.pk).update(mailbox_limit=1)
    page = owner.get(url("edit", small.pk))
    assert owner.post(url("edit", small.pk), typed(page, name="Renamed")).status_code == 302


def test_what_is_changed_is_written_down(owner, small):
    page = owner.get(url("edit", small.pk))
    owner.post(url("edit", small.pk), typed(page, domain_limit="3", price_8="2.00"))
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.details["fields"]) == ("plan.changed", ["domain_limit"])
    assert small.prices.get().monthly == 2


def test_a_price_is_taken_away_by_leaving_it_empty(owner, small):
    page = owner.get(url("edit", small.pk))
    owner.post(url("edit", small.pk), typed(page, price_8=""))
    assert not small.prices.exists()


def test_a_new_message_cap_counts_for_mailboxes_that_are_there(owner, small, domain):
    fill_with(domain, "a")
    page = owner.get(url("edit", small.pk))
    owner.post(url("edit", small.pk), typed(page, message_cap="500"))
    assert Mailbox.objects.get(local_part="a").quota_messages == 500


def test_a_copy_begins_with_all_of_the_plan(owner, small):
    page = owner.get(url("add"), {"copy": small.pk})
    assert owner.post(url("add"), typed(page)).status_code == 302
    copied = Plan.objects.get(name="Copy of Small")
    assert (copied.mailbox_limit, copied.domain_limit) == (5, 2)
    assert copied.prices.get().monthly == Decimal("1.50")


def test_a_retired_plan_is_kept_by_who_has_it(owner, small, acme):
    owner.post(url("retire", small.pk))
    acme.refresh_from_db()
    assert acme.plan == small
    assert small not in Plan.objects.offered_by(small.owner)
    owner.post(url("offer_again", small.pk))
    assert small in Plan.objects.offered_by(small.owner)
    said = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(said)[-2:] == ["plan.retired", "plan.offered_again"]
    assert "Small is on offer already" in owner.post(url("offer_again", small.pk)).text


def test_a_plan_in_use_cannot_be_deleted_only_retired(owner, small):
    response = owner.post(url("delete", small.pk))
    assert response.status_code == 422
    assert "A plan in use cannot be deleted, only retired." in response.text
    assert "Delete plan" not in owner.get(url("edit", small.pk)).text


def test_one_that_nobody_has_goes(owner, small, plan):
    Account.objects.filter(plan=small).update(plan=plan)
    assert owner.post(url("delete", small.pk)).status_code == 302
    assert not Plan.objects.filter(pk=small.pk).exists()


@pytest.mark.parametrize("name", ["edit", "retire", "offer_again", "delete"])
def test_the_plans_of_others_are_not_there(owner, plan, name):
    assert owner.post(url(name, plan.pk)).status_code == 404
    assert owner.get(url("add"), {"copy": plan.pk}).status_code == 404


def test_a_manager_moves_clients_but_makes_no_plans(owner, harbour, alice, acme, small):
    harbour.memberships.filter(user=alice).update(role=30)
    assert owner.get(url("list")).status_code == 403
    assert owner.get(url("move", acme.pk)).status_code == 200
