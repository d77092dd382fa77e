"""A reseller's path, in a browser: from the first plan to a client that grows."""

import pytest
from django.urls import reverse

from accounts.models import Account, Invitation, Role
from mailboxes.models import Mailbox
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
        live_server.url + reverse("accounts:overview", args=["harbour"]),
        live_server.url + reverse("accounts:overview", args=["acme"]),
    ]
    assert [each for each in pages if not fits(page, each)] == []
