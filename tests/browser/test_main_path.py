"""From nothing to a mailbox that can be read, as a newcomer goes."""

import imaplib
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from deploy.templates import replace_file

ZONE = """
$ORIGIN {domain}.
@  SOA  ns.kuploy.test. hostmaster.kuploy.test. 1 3600 600 86400 60
@  NS   ns.kuploy.test.
{records}"""


@pytest.fixture
def publish() -> Iterator[Callable[[str, str], None]]:
    """Write records into the demonstration DNS, for as long as the test lasts."""
    path = Path(os.environ["KUPLOY_STACK"]) / "demo.zone"
    before = path.read_text()

    def write(domain: str, records: str) -> None:
        _replace(path, before + ZONE.format(domain=domain, records=records))

    yield write
    _replace(path, before)


def _replace(path: Path, text: str) -> None:
    replace_file(path, text, mode=0o644)


def test_from_sign_up_to_reading_mail(page, live_server, plan, publish):
    domain = f"new-{token_hex(3)}.test"
    sign_up(page, live_server.url)
    add_domain(page, domain)
    publish(domain, page.request.get(zone_file(page)).text())
    verify(page)
    address, password = create_mailbox(page, domain)
    settings_are_shown(page, address)
    can_sign_in(address, password)


def sign_up(page: Page, url: str) -> None:
    page.goto(f"{url}/auth/signup/")
    page.get_by_label("Organisation").fill("Newcorp")
    page.get_by_label("Email").fill("ada@newcorp.example")
    page.get_by_label("Password", exact=True).fill("a password of my own")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Newcorp")).to_be_visible()
    expect(page.get_by_text("Confirm your e-mail address")).to_be_visible()


def add_domain(page: Page, domain: str) -> None:
    page.get_by_role("link", name="Add domain").click()
    page.get_by_label("Domain", exact=True).fill(f"https://{domain}/contact")
    page.get_by_role("button", name="Add domain").click()
    expect(page.get_by_role("heading", name=domain, exact=True)).to_be_visible()
    # The first check runs by itself.
    expect(page.locator("#status")).to_contain_text("Checked")
    expect(page.locator("[aria-current=step]")).to_contain_text("Prove that the domain is yours")


def zone_file(page: Page) -> str:
    return page.url + "records.zone"


def verify(page: Page) -> None:
    """The result comes without a reload, and the keyboard stays where it was."""
    page.evaluate("window.stayed = true")
    page.locator("#verify").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All four DNS records are verified")).to_be_visible()
    expect(page.locator(".records .status.is-ok")).to_have_count(5)
    expect(page.locator("#spoken")).to_contain_text("4 of 4 records are verified")
    expect(page.locator("#verify")).to_be_focused()
    assert page.evaluate("window.stayed")


def create_mailbox(page: Page, domain: str) -> tuple[str, str]:
    page.locator(".steps").get_by_role("link", name="Create mailbox").click()
    page.get_by_label("Address", exact=True).fill("hello")
    expect(page.get_by_label("Domain", exact=True)).to_have_value(domain)
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Strong")).to_be_visible()
    password = page.locator("#id_password").input_value()
    page.get_by_role("button", name="Create mailbox").click()
    return f"hello@{domain}", password


def settings_are_shown(page: Page, address: str) -> None:
    expect(page.locator("#flash")).to_contain_text("is ready")
    shown = page.locator("#client-settings")
    for text in (address, str(settings.IMAP_PORT), "SSL/TLS", "STARTTLS"):
        expect(shown).to_contain_text(text)


def can_sign_in(address: str, password: str) -> None:
    """At once: no job, no waiting."""
    certificate = Path(os.environ["KUPLOY_STACK"]) / "tls" / "cert.pem"
    trust = ssl.create_default_context(cafile=certificate)
    with imaplib.IMAP4_SSL("127.0.0.1", settings.IMAP_PORT, ssl_context=trust) as session:
        assert session.login(address, password)[0] == "OK"
