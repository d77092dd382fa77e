"""A reseller's plans and a move, in a browser: on a phone and a desk, from the first plan on."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Account, BandPrice, Membership, Plan
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.conftest import make_domain
from tests.plans.conftest import fill_with, names_in
from tests.plans.test_moving import to

MINE = "A plan for small offices that has a very long name so that it has to be broken somewhere"


@pytest.fixture
def harbour(acme: Account, alice) -> Account:
    """Alice's reseller; acme is its client, on a plan of its own, with four mailboxes."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50, domain_limit=10)
    harbour = Account.objects.create(
        name="Harbour", slug="harbour", kind=Account.Kind.RESELLER, plan=pool
    )
    Membership.objects.create(user=alice, account=harbour, role=40)
    office = Plan.objects.create(
        name=MINE[:80], owner=harbour, mailbox_limit=60, domain_limit=5, aliases_per_mailbox=10,
        message_cap=100_000, catch_all=False, forwarding="admins", api=False, webhooks=False,
    )  # fmt: skip
    for band, price in ((8, "1.50"), (25, "12.00")):
        BandPrice.objects.create(plan=office, band_gb=band, monthly=price)
    Plan.objects.create(name="Old", owner=harbour, retired_at="2026-01-01T00:00Z")
    Account.objects.filter(pk=acme.pk).update(reseller=harbour, plan=office)
    acme.refresh_from_db()
    fill_with(make_domain(acme, LONG), "a", "b", "c", "d")
    return harbour


@pytest.fixture
def small(harbour):
    return Plan.objects.create(name="Small", owner=harbour, mailbox_limit=2, alias_limit=0)


def address(live_server, name, *args):
    return live_server.url + reverse(f"plans:{name}", args=["harbour", *args])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, alice, acme, harbour, small, size):
    sign_in(page, live_server, alice)
    page.set_viewport_size(size)
    office = Plan.objects.get(name=MINE[:80])
    to(acme, small, block_excess=True)
    pages = [
        address(live_server, "list"),
        address(live_server, "add"),
        address(live_server, "edit", office.pk),
        address(live_server, "move", acme.pk),
        f"{address(live_server, 'move', acme.pk)}?plan={office.pk}",
        live_server.url + reverse("accounts:plan", args=["acme"]),
        live_server.url + acme.domains.get().mailboxes.get(local_part="d").get_absolute_url(),
    ]
    assert [each for each in pages if not fits(page, each)] == []


def test_a_plan_is_made_and_a_client_moved_to_it_with_the_excess_blocked(
    page, live_server, alice, acme, harbour
):
    sign_in(page, live_server, alice)
    page.goto(address(live_server, "list"))
    page.get_by_role("link", name="New plan").click()
    page.get_by_label("Name").fill("Tiny")
    page.get_by_label("Mailboxes", exact=False).first.fill("1")
    page.get_by_label("A mailbox of up to 8 GB").fill("0.80")
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_text("Tiny is on offer.")).to_be_visible()
    page.goto(address(live_server, "move", acme.pk))
    page.get_by_label("New plan").select_option("Tiny")
    page.get_by_role("button", name="Show what it means").click()
    expect(page.get_by_text("4 mailboxes, the plan holds 1: 3 too many.")).to_be_visible()
    expect(page.get_by_text("3.20 EUR")).to_be_visible()
    page.get_by_label("Block the excess").check()
    page.get_by_role("button", name="Move to this plan").click()
    expect(page.get_by_text("Acme has the plan Tiny now.")).to_be_visible()
    assert (names_in("active"), names_in("blocked")) == ("a", "b c d")


def test_lowering_a_limit_asks_before_it_saves(page, live_server, alice, acme, harbour):
    office = Plan.objects.get(name=MINE[:80])
    sign_in(page, live_server, alice)
    page.goto(address(live_server, "edit", office.pk))
    page.locator("[name=mailbox_limit]").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 account has more mailboxes.")).to_be_visible()
    page.get_by_label("Save it all the same").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Plan.objects.get(pk=office.pk).mailbox_limit == 3
