"""Every page on a phone and on a desk: it fits, and neither script nor policy complains."""

import re
import time

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Account, AuditEvent, Membership, Role, User
from domains.models import DnsProvider
from mailboxes.models import Mailbox
from notifications.models import Alert, Channel, Delivery, Notice
from tests.api.conftest import new_program
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, open_guarded, sign_in
from tests.conftest import make_alias, make_domain, make_mailbox
from tests.domains.connect.conftest import new_key

LONG = "a-very-long-name-that-somebody-registered.and-then-put-a-longer-one-below.example"
PERSONAL = (
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
)
OUTSIDE = ("account_login", "account_signup", "account_reset_password", "reference")


@pytest.fixture
def addresses(acme: Account, settings) -> list[str]:
    """One of each page of an account that holds one of each thing."""
    domain, pending = make_domain(acme, LONG), make_domain(acme, f"new.{LONG}", proved=False)
    settings.DOMAIN_CONNECT_KEY = new_key()
    DnsProvider.objects.create(domain=pending, url=f"https://{LONG}/", name="W" * 80, zone=LONG)
    mailbox = make_mailbox(domain, "accounts-receivable-and-customer-relations-department")
    alias = make_alias(domain, "everybody", mailbox.address)
    seat = Membership.objects.get(account=acme, role=Role.OWNER)
    webhook, delivery = tried_webhook(seat)
    plain = ("accounts:overview", "accounts:plan", "accounts:activity", "accounts:settings")
    lists = (
        *(
            "accounts:team",
            "accounts:tokens",
            "domains:list",
            "mailboxes:list",
            "mailboxes:aliases",
        ),
        *(f"notifications:{name}" for name in ("list", "settings", "webhooks", "deliveries")),
    )
    new_program(acme, seat.user)
    forms = (
        "accounts:add_token",
        "domains:add",
        "mailboxes:add",
        "mailboxes:add_alias",
        "notifications:add_webhook",
    )
    single = (
        ("accounts:seat", seat),
        ("domains:detail", domain),
        ("domains:detail", pending),
        ("domains:connect", pending),
        ("mailboxes:remove_domain", domain),
        ("mailboxes:detail", mailbox),
        ("mailboxes:rules", mailbox),
        ("mailboxes:delete", mailbox),
        ("mailboxes:edit_alias", alias),
        ("notifications:webhook", webhook),
        ("notifications:remove_webhook", webhook),
    )
    return [
        *(reverse(name, args=[acme.slug]) for name in plain + lists + forms),
        reverse("notifications:delivery", args=[acme.slug, delivery.code]),
        *(reverse(name, args=[acme.slug, row.pk]) for name, row in single),
        *(reverse(name) for name in PERSONAL),
    ]


def tried_webhook(seat: Membership) -> tuple[Channel, Delivery]:
    """One with a long address, a long answer, and people with long addresses beside it."""
    people = (f"somebody-with-a-very-long-name-{number}@{LONG}" for number in range(3))
    for address in people:
        Channel.objects.create(
            account=seat.account, membership=seat, transport="email", address=address,
            confirmed_at=timezone.now(),
        )  # fmt: skip
    webhook = Channel.objects.create(
        account=seat.account, transport="webhook", address=f"https://{LONG}/{'path' * 50}",
        state="paused", failing_since=timezone.now(),
    )  # fmt: skip
    domain = seat.account.domains.get(name=LONG)
    facts = {"domain": domain.name, "records": "SPF, DKIM, DMARC"}
    alert = Alert.objects.create(
        account=seat.account, kind="dns_broken", facts=facts, dedup_key="x", domain_id=domain.pk
    )
    Notice.objects.create(
        channel=seat.channels.get(transport="panel"), alert=alert, kind=alert.kind
    )
    delivery = Delivery.objects.create(alert=alert, channel=webhook, outcome="No answer.")
    delivery.attempts.create(milliseconds=10_000, answer="x" * 2000)
    return webhook, delivery


def fits(page: Page, address: str) -> bool:
    response = page.goto(address)
    assert response.status == 200, address
    assert page.url == address
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, alice, addresses, size):
    page.set_viewport_size(size)
    outside = [reverse(name) for name in OUTSIDE]
    too_wide = [each for each in outside if not fits(page, live_server.url + each)]
    sign_in(page, live_server, alice)
    open_guarded(page, live_server.url + reverse("mfa_add_webauthn"))
    too_wide += [each for each in addresses if not fits(page, live_server.url + each)]
    assert too_wide == []


def test_the_menu_of_a_phone_opens_and_leads_on(page, live_server, alice, acme):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, alice)
    link = page.get_by_role("link", name="Domains", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    link.click()
    expect(page.get_by_role("heading", name="No domains yet")).to_be_visible()
    expect(link).to_be_hidden()


def test_a_list_filters_while_one_types(page, live_server, alice, domain):
    for name in ("anna", "berta"):
        make_mailbox(domain, name)
    sign_in(page, live_server, alice)
    page.get_by_role("link", name="Mailboxes", exact=True).click()
    page.get_by_label("Search addresses").press_sequentially("ber")
    expect(page.get_by_role("link", name="anna@acme.test")).to_have_count(0)
    expect(page.get_by_role("link", name="berta@acme.test")).to_be_visible()
    expect(page.get_by_label("Search addresses")).to_be_focused()
    assert "q=ber" in page.url


def test_bad_input_loses_nothing(page, live_server, alice, domain):
    sign_in(page, live_server, alice)
    page.goto(f"{live_server.url}/acme/mailboxes/add/")
    page.get_by_label("Address", exact=True).fill("jöhn doe")
    page.get_by_label("Display name").fill("John Doe")
    page.locator("#id_password").fill("short")
    page.get_by_role("button", name="Create mailbox").click()
    expect(page.get_by_text("Use the letters a to z")).to_be_visible()
    expect(page.get_by_text("at least 8 characters.", exact=False).first).to_be_visible()
    expect(page.get_by_label("Address", exact=True)).to_have_value("jöhn doe")
    expect(page.get_by_label("Display name")).to_have_value("John Doe")
    expect(page.locator("#id_password")).to_have_value("short")
    assert not Mailbox.objects.filter(display_name="John Doe").exists()


def test_what_is_typed_survives_a_check(page, live_server, alice, pending):
    sign_in(page, live_server, alice)
    page.goto(live_server.url + pending.get_absolute_url())
    page.get_by_text("Or prove it with a code by e-mail").click()
    page.get_by_label("Send the code to").select_option("hostmaster")
    page.locator("#verify").click()
    expect(page.locator("#status")).to_contain_text("Checked")
    expect(page.get_by_label("Send the code to")).to_have_value("hostmaster")


def test_a_reseller_sees_whose_account_it_is(page, live_server, charlie, acme):
    harbour = charlie.memberships.get().account
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    sign_in(page, live_server, charlie)
    page.goto(f"{live_server.url}/acme/")
    expect(page.get_by_text("You are in Acme as Elsewhere")).to_be_visible()


def test_it_works_without_javascript(browser, worker, live_server, alice: User, acme):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, live_server, alice)
        page.get_by_role("link", name="Add domain").click()
        page.get_by_label("Domain", exact=True).fill("plain.test")
        page.get_by_role("button", name="Add domain").click()
        reload_until_checked(page)
        with page.expect_navigation():
            page.get_by_role("button", name="Verify").click()
        reload_until_checked(page)
        assert AuditEvent.objects.filter(action="domain.check_requested").count() == 1


def reload_until_checked(page: Page) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.get_by_text(re.compile(r"^Checked")).count():
        assert time.monotonic() < deadline, "the result of the check did not appear"
        page.reload()
