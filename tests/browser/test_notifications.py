"""What one is told, read and followed; a webhook from its first secret to its first delivery."""

import re

from playwright.sync_api import expect

from notifications.models import Alert, Channel, Notice
from notifications.services import raise_alert
from tests.browser.conftest import sign_in
from tests.conftest import make_domain
from tests.kuploy.receivers import answer, polite, receiver


def test_the_bell_leads_to_what_happened_and_on_to_where_it_did(page, live_server, alice, acme):
    domain = make_domain(acme, "acme.test")
    for kind in (Alert.Kind.DNS_BROKEN, Alert.Kind.DNS_CURED):
        raise_alert(
            account=acme, kind=kind, facts={"domain": "acme.test", "records": "SPF"},
            dedup_key=kind, domain_id=domain.pk,
        )  # fmt: skip
    sign_in(page, live_server, alice)
    page.get_by_role("link", name="Notifications, 3 unread").click()
    cured = page.get_by_role("listitem").filter(has_text="are right again")
    cured.get_by_role("button", name="Mark as read").press("Enter")
    expect(page.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()
    expect(cured.get_by_text("Unread")).to_have_count(0)
    expect(cured).to_be_focused()
    page.get_by_label("Read or not").select_option("unread")
    expect(cured).to_have_count(0)
    assert "show=unread" in page.url
    broken = "The DNS of acme.test is no longer right"
    page.get_by_role("button", name=broken, exact=True).click()
    expect(page.get_by_role("heading", name="acme.test", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()


def test_what_is_chosen_is_kept(page, live_server, alice, acme):
    sign_in(page, live_server, alice)
    page.goto(f"{live_server.url}/acme/notifications/settings/")
    row = page.get_by_role("row", name="A mailbox is full")
    page.get_by_role("checkbox", name="A mailbox is full: In the panel").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(row.get_by_label("In the panel")).not_to_be_checked()
    expect(row.get_by_label(alice.email)).to_be_checked()
    assert Channel.objects.get(membership__user=alice, transport="panel").muted == ["quota_100"]


def test_a_webhook_from_its_secret_to_a_delivery_that_arrives(page, live_server, alice, acme):
    with receiver(polite(answer(500, b"<b>Not today</b>"), answer(204))) as server:
        sign_in(page, live_server, alice)
        page.goto(f"{live_server.url}/acme/notifications/webhooks/add/")
        page.get_by_label("Address").fill(f"http://127.0.0.1:{server.port}/hook")
        page.get_by_role("button", name="Add webhook").click()
        secret = page.get_by_text(re.compile("^whsec_"))
        expect(secret).to_be_visible()
        page.get_by_role("link", name="I have kept it").click()
        expect(secret).to_have_count(0)
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("<b>Not today</b>")).to_be_visible()
        page.get_by_role("button", name="Try now").click()
        expect(page.get_by_text("Delivered").first).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="204")).to_be_visible()
    ids = {re.search(r"webhook-id: (\S+)", head, re.I)[1] for head, _body in server.requests}
    assert (len(server.requests), len(ids)) == (2, 1)


def test_notices_are_read_without_javascript(browser, worker, live_server, alice, acme):
    domain = make_domain(acme, "plain.test")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, live_server, alice)
        page.get_by_role("link", name="Notifications, 1 unread").click()
        page.get_by_role("button", name="Mark all as read").click()
        expect(page.get_by_text("1 is marked as read.")).to_be_visible()
        page.get_by_role("button", name="plain.test is active", exact=True).click()
        page.wait_for_url(f"**{domain.get_absolute_url()}")
    assert not Notice.objects.filter(channel__membership__user=alice).unread().exists()
