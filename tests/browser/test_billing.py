"""The pages of what is invoiced: on a phone and a desk, month by month, without scripts."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Account, Membership, Plan
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.plans.billing.snapshots import past

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def harbour(acme: Account, alice) -> Account:
    """A reseller with clients, of whose accounts alice owns the first."""
    pool = Plan.objects.create(name="Wholesale of a name that is long enough to be broken")
    harbour = Account.objects.create(
        name="Harbour Hosting", slug="harbour", kind=Account.Kind.RESELLER, plan=pool
    )
    Membership.objects.create(user=alice, account=harbour, role=40)
    names = ("Bakery", LONG, "Müller & Söhne Maschinenbau und Wartungsgesellschaft mbH")
    for number, name in enumerate(names, start=1):
        plan = Plan.objects.create(name=f"Office {number}", owner=harbour)
        client = Account.objects.create(
            name=name, slug=f"client-{number}", reseller=harbour, plan=plan
        )
        price = Decimal("2.40") + number
        past(client, JUNE, 28, n=number * 411, price=price, reseller_price=Decimal("1.10"))
        past(client, MAY, 31, n=number, price=price, reseller_price=Decimal("1.10"))
        past(client, JUNE, 28, band=25, n=7, price=None, reseller_price=Decimal("2.20"))
    past(harbour, JUNE, 28, n=12, empty_domains=2, price=Decimal("1.10"))
    return harbour


def address(live_server, name: str, month: str = "2026-06") -> str:
    return f"{live_server.url}{reverse(f'plans:{name}', args=['harbour'])}?month={month}"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["billing", "billing_of_clients"])
def test_both_pages_fit(page, live_server, alice, harbour, size, name):
    sign_in(page, live_server, alice)
    page.set_viewport_size(size)
    assert fits(page, address(live_server, name))


@pytest.mark.parametrize(
    ("name", "file"), [("billing", "harbour"), ("billing_of_clients", "harbour-clients")]
)
def test_another_month_is_shown_at_once(page, live_server, alice, harbour, name, file):
    sign_in(page, live_server, alice)
    page.goto(address(live_server, name))
    expect(page.get_by_role("link", name="June 2026 as CSV")).to_be_visible()
    page.get_by_label("Month").select_option("May 2026")
    link = page.get_by_role("link", name="May 2026 as CSV")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"{file}-2026-05.csv"


def test_another_month_without_scripts(browser, live_server, alice, harbour):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, live_server, alice)
        page.goto(address(live_server, "billing"))
        page.get_by_label("Month").select_option("May 2026")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("link", name="May 2026 as CSV")).to_be_visible()
