"""A real browser, the panel in a thread beside it, and a worker in another one."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from domains.models import names
from tests.conftest import PASSWORD
from tests.worker import at_work

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names of customers lead to the panel, as their DNS would say.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# What the browser notes in its console: a form with errors answers 422; a name other than localhost
# is asked here without TLS.
EXPECTED = re.compile(
    r"Failed to load resource: .* status of 422|"
    r"The Cross-Origin-Opener-Policy header has been ignored"
)
PATIENCE_MS = 10_000


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """The server looks into it when it starts, before a test can choose another one."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all tests here, and gone after them: Playwright keeps an event loop running."""
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def worker(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with at_work(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def _no_cooldown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "CHECK_COOLDOWN", timedelta(0))


@pytest.fixture
def context(browser: Browser, worker: None) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=DESKTOP) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def page(context: BrowserContext, live_server: LiveServer) -> Iterator[Page]:
    """A page of the panel. The test fails when a script or the security policy complains."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.match(message.text):
            complaints.append(message.text)

    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    page.goto(f"{live_server.url}/auth/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/auth/login/" not in url)


def open_guarded(page: Page, address: str) -> None:
    """A page that changes how one signs in: it asks for the password once more."""
    page.goto(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(address)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Your sign-in").click()
    page.get_by_role("button", name="Sign out").click()
