"""A reseller's path, in a browser: from the first plan to a client that grows."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Account, Invitation, Plan, Role
from mailboxes.models import Mailbox
from tests.accounts.test_invite import link_in
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.browser.test_plans import harbour

__all__ = ["harbour"]


def address(live_server, name, *args):
    return live_server.url + reverse(f"clients:{name}", args=["harbour", *args])


@pytest.fixture
def asked(harbour):
    """A client whose owner has not accepted."""
    name = "A company with a name as long as those that lawyers like to give to companies"
    client = Account.objects.create(
        name=name, slug="long", plan=harbour.plans.first(), reseller=harbour
    )
    Invitation.objects.create(
        account=client, email=f"somebody.with.a.long.name@{LONG}", role=Role.OWNER,
        sent_at="2026-01-01T00:00Z",
    )  # fmt: skip
    return client


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, alice, acme, harbour, asked, size):
    Mailbox.objects.filter(local_part="d").update(state="blocked")
    sign_in(page, live_server, alice)
    page.set_viewport_size(size)
    pages = [
        address(live_server, "list"),
        address(live_server, "add"),
        address(live_server, "detail", acme.pk),
        address(live_server, "detail", asked.pk),
        address(live_server, "remove", acme.pk),
        live_server.url + reverse("accounts:overview", args=["harbour"]),
        live_server.url + reverse("accounts:overview", args=["acme"]),
    ]
    assert [each for each in pages if not fits(page, each)] == []


def test_from_the_first_plan_to_a_client_that_grows(
    page, browser, live_server, alice, plan, posted
):
    """The reseller makes a plan and a client; the client fills it, asks, and goes on."""
    open_reseller(alice)
    sign_in(page, live_server, alice)
    make_plan(page, "Starter", domains=1)
    make_plan(page, "Studio", domains=3)
    page.get_by_role("link", name="Clients", exact=True).click()
    page.get_by_role("link", name="New client").first.click()
    page.get_by_label("Name").fill("Studio Rossi")
    page.get_by_label("Owner’s e-mail address").fill("rosa@rossi.example")
    page.get_by_label("Plan", exact=True).select_option("Starter: 1 domain")
    page.get_by_role("button", name="Create client and send invitation").click()
    expect(page.get_by_text("rosa@rossi.example gets mail from us")).to_be_visible()
    with browser.new_context(viewport=DESKTOP) as other:
        rosa = other.new_page()
        accept(rosa, live_server.url + link_in(posted()[-1]))
        add_domain(rosa, "rossi.example")
        expect(rosa.get_by_role("heading", name="rossi.example", exact=True)).to_be_visible()
        add_domain(rosa, "studio-rossi.example")
        expect(rosa.get_by_text("Your plan holds 1 domain, and it is in use.")).to_be_visible()
        upgrade(page, "Studio")
        rosa.get_by_role("button", name="Add domain").click()
        expect(rosa.get_by_role("heading", name="studio-rossi.example")).to_be_visible()
    enter_and_leave(page)


def open_reseller(owner):
    """Sold to by the provider: from here on the reseller does the rest."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50, domain_limit=10)
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    harbour.memberships.create(user=owner, role=Role.OWNER)


def make_plan(page, name, domains):
    page.get_by_role("link", name="Plans for clients").click()
    page.get_by_role("link", name="New plan").first.click()
    page.get_by_label("Name").fill(name)
    page.locator("[name=domain_limit]").fill(str(domains))
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_text(f"{name} is on offer.")).to_be_visible()


def accept(page, link):
    page.goto(link)
    expect(page.get_by_role("heading", name="Join Studio Rossi")).to_be_visible()
    page.get_by_role("link", name="Create your sign-in").click()
    page.get_by_label("Password", exact=True).fill("a password of my own")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Accept as rosa@rossi.example").click()
    expect(page.get_by_text("Welcome to Studio Rossi.")).to_be_visible()


def add_domain(page, name):
    page.get_by_role("navigation").get_by_role("link", name="Domains", exact=True).click()
    page.get_by_role("link", name="Add domain").first.click()
    page.get_by_label("Domain", exact=True).fill(name)
    page.get_by_role("button", name="Add domain").click()


def upgrade(page, plan):
    page.get_by_role("link", name="Change plan").click()
    page.get_by_label("New plan").select_option(plan)
    page.get_by_role("button", name="Show what it means").click()
    expect(page.get_by_text("All that is in use fits.")).to_be_visible()
    page.get_by_role("button", name="Move to this plan").click()
    expect(page.get_by_text(f"Studio Rossi has the plan {plan} now.")).to_be_visible()


def enter_and_leave(page):
    page.get_by_role("link", name="Enter the account").click()
    expect(page.get_by_text("You are in Studio Rossi as Harbour")).to_be_visible()
    page.get_by_role("link", name="Domains", exact=True).click()
    expect(page.get_by_text("You are in Studio Rossi as Harbour")).to_be_visible()
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("link", name="Enter the account")).to_be_visible()


def test_a_client_is_suspended_resumed_and_removed(page, live_server, alice, acme, harbour):
    Account.objects.get(slug="acme").memberships.all().delete()
    sign_in(page, live_server, alice)
    page.goto(address(live_server, "detail", acme.pk))
    page.get_by_label("Reason").fill("Invoice 12 is unpaid")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Suspended by you: Invoice 12 is unpaid")).to_be_visible()
    page.get_by_role("button", name="End the suspension").click()
    expect(page.get_by_text("Acme is not suspended any more.")).to_be_visible()
    page.get_by_role("link", name="Remove client").click()
    page.get_by_label("Type the name to confirm").fill("acme")
    page.get_by_role("button", name="Remove client and all mail").click()
    expect(page.get_by_text("Acme is closed; its mail is being deleted.")).to_be_visible()
    expect(page.get_by_text("Being removed", exact=True).last).to_be_visible()
