"""The limits of a domain and what follows from them, in a browser."""

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Membership, Plan, User
from domains.models import Domain
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.conftest import GB, PASSWORD, make_domain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dora(acme) -> User:
    """Owns the reseller of acme."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50)
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    dora = User.objects.create_user("dora@example.test", PASSWORD)
    Membership.objects.create(user=dora, account=harbour, role=40)
    return dora


def test_the_size_and_the_places_follow_the_domain_that_is_chosen(
    page, live_server, alice, acme, domain
):
    make_domain(acme, "other.test")
    Domain.objects.filter(pk=domain.pk).update(default_size_bytes=2 * GB, mailbox_limit=7)
    sign_in(page, live_server, alice)
    page.goto(f"{live_server.url}/acme/mailboxes/add/")
    size = page.get_by_label("Size")
    expect(size).to_have_value(str(2 * GB))
    expect(page.get_by_text("In acme.test, 7 of 7 left")).to_be_visible()
    page.get_by_label("Domain").select_option("other.test")
    expect(size).to_have_value(str(8 * GB))
    expect(page.get_by_text("In acme.test, 7 of 7 left")).to_have_count(0)
    size.select_option(str(4 * GB))
    page.get_by_label("Domain").select_option("acme.test")
    expect(page.get_by_text("In acme.test, 7 of 7 left")).to_be_visible()
    expect(size).to_have_value(str(4 * GB))


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_the_page_fits_for_owner_and_reseller(page, live_server, acme, alice, dora, viewport):
    domain = make_domain(acme, LONG)
    Domain.objects.filter(pk=domain.pk).update(
        reseller_mailbox_limit=12, reseller_largest_size_bytes=16 * GB
    )
    page.set_viewport_size(viewport)
    address = f"{live_server.url}/acme/domains/{domain.pk}/limits/"
    for person, said in ((alice, "Harbour has set limits here"), (dora, "as the reseller")):
        page.context.clear_cookies()
        sign_in(page, live_server, person)
        assert fits(page, address), (person, viewport)
        expect(page.get_by_text(said).first).to_be_visible()
