"""An authenticator app and a passkey, set up and then used."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import open_guarded, sign_in, sign_out
from tests.totp import code_of


@pytest.fixture
def device(context: BrowserContext, page: Page) -> None:
    """A device that holds passkeys and always says yes."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_an_app_asks_for_its_code(page, live_server, alice, acme):
    sign_in(page, live_server, alice)
    open_guarded(page, f"{live_server.url}/auth/2fa/totp/activate/")
    secret = page.locator(".copyable code").inner_text()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("recovery codes").first).to_be_visible()
    sign_out(page)
    sign_in(page, live_server, alice)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()


def test_a_passkey_signs_in_alone(page, live_server, alice, acme, device):
    sign_in(page, live_server, alice)
    open_guarded(page, f"{live_server.url}/auth/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Security key added")).to_be_visible()
    sign_out(page)
    page.goto(f"{live_server.url}/auth/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
