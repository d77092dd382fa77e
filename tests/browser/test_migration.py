"""Mail moves in, in a browser: from the form to the last message, beside a real old server."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mailboxes.migration.models import MigrationMailbox, State, Step
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import LONG, fits
from tests.conftest import make_domain, make_mailbox
from tests.mailservers.clients import HOST
from tests.mailservers.migration.old import PASSWORD, old_server


@pytest.fixture
def long_one(acme):
    """Every state at once, with long names."""
    domain = make_domain(acme, LONG)
    job = acme.migrations.create(
        host=f"imap.{LONG}", port=993, security="tls", step=Step.COPY, since="2020-01-01"
    )
    folders = [
        {"there": f"INBOX.Projects {'very ' * 12}long.{number}", "here": "Projects/x" * 8,
         "messages": 12_345 * number, "bytes": 10**9, "copied": 1_234}
        for number in range(12)
    ]  # fmt: skip
    for number, (step, state) in enumerate(
        [(Step.TEST, State.FAILED), (Step.COPY, State.RUNNING), (Step.COPY, State.WAITING),
         (Step.COPY, State.PAUSED), (Step.COPY, State.DONE), (Step.COPY, State.FAILED)]
    ):  # fmt: skip
        box = make_mailbox(domain, f"somebody.with.a.long.name{number}")
        job.mailboxes.create(
            address=box.address, mailbox=box, remote_user=f"somebody-{number}@{LONG}", step=step,
            state=state, folders=folders, messages=12_345, bytes=3 * 10**9, copied_messages=6_000,
            copied_bytes=10**9, bytes_per_second=4_000_000, folder="Projects/2019",
            last_error="It refused the sign-in: “[AUTHENTICATIONFAILED] Invalid credentials”"
            if state == State.FAILED else "", due_at="2999-01-01T00:00Z",
        )  # fmt: skip
    return job


def pages(live_server, job):
    slug, move = job.account.slug, job.mailboxes.get(state=State.RUNNING)
    failed = job.mailboxes.get(state=State.FAILED, step=Step.TEST)
    return [
        live_server.url + reverse(f"migration:{name}", args=[slug, *args])
        for name, *args in (
            ("list",), ("add",), ("detail", job.code), ("mailbox", move.code),
            ("mailbox", failed.code), ("remove", job.code),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, alice, long_one, size):
    sign_in(page, live_server, alice)
    page.set_viewport_size(size)
    for address in pages(live_server, long_one):
        assert fits(page, address), address


def test_a_company_moves_in(page, live_server, alice, acme):
    box = make_mailbox(make_domain(acme, "acme.test"))
    sign_in(page, live_server, alice)
    with old_server(prefix="INBOX.", separator=".") as old:
        old.put("anna", "One", "Two")
        old.put("anna", "Three", folder="Gesendet")
        page.get_by_role("link", name="Migration").click()
        page.get_by_role("link", name="New migration").first.click()
        page.get_by_role("textbox", name="Server").fill(HOST)
        page.get_by_label("Encryption").select_option("none")
        page.get_by_label("Port").fill(str(old.imap_port))
        page.get_by_label("User there").fill("anna")
        page.get_by_label("Password there").fill(PASSWORD)
        page.get_by_label("Mailbox here").fill(box.address)
        page.get_by_role("button", name="Test the sign-ins").click()
        expect(page.get_by_text("Ready").last).to_be_visible()
        expect(page.get_by_text("3 messages").first).to_be_visible()
        page.get_by_role("button", name="Copy all mail").click()
        expect(page.get_by_role("button", name="Copy what is new")).to_be_visible()
        page.get_by_role("button", name="Final copy").click()
        expect(page.get_by_role("button", name="Copy what is new")).to_be_visible()
    move = MigrationMailbox.objects.get()
    assert (move.step, move.state, move.password) == (Step.FINAL, State.DONE, None)
