"""A reseller makes the panel its own, and its client meets no other name."""

from datetime import timedelta
from io import BytesIO
from secrets import token_hex
from urllib.parse import urlsplit

import pytest
from django.core import mail
from PIL import Image
from playwright.sync_api import expect

from accounts.models import Branding, Logo
from clients.branding import services
from clients.branding.records import records_of
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_main_path import publish  # noqa: F401
from tests.browser.test_pages import fits
from tests.clients.branding.conftest import acme, carol, harbour  # noqa: F401
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _no_cooldown(monkeypatch):
    monkeypatch.setattr(services, "CHECK_COOLDOWN", timedelta(0))


@pytest.fixture
def page_of_brand(page, live_server, alice, harbour):  # noqa: F811
    sign_in(page, live_server, alice)
    page.goto(f"{live_server.url}/harbour/brand/")
    return page


def png() -> dict[str, object]:
    file = BytesIO()
    Image.new("RGB", (240, 60), "#7a1f5c").save(file, "PNG")
    return {"name": "logo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def records(name: str) -> str:
    rows = records_of(Branding.objects.get())
    texts = {"TXT": '"{}"', "CNAME": "{}."}
    return "\n".join(f"{r.name}. {r.type} {texts[r.type].format(r.value)}" for r in rows)


def choose_looks(page) -> None:
    page.get_by_label("Name (optional)", exact=True).fill("Harbour Mail")
    page.get_by_label("Support address").fill("help@harbour.test")
    page.locator("[name=accent]").fill("#7a1f5c")
    expect(page.locator("#preview")).to_contain_text("Harbour Mail")
    expect(page.locator("#preview [fill='#7a1f5c']").first).to_be_visible()


def test_a_logo_is_sent_while_the_rest_is_still_being_typed(page_of_brand):
    page = page_of_brand
    choose_looks(page)
    page.get_by_label("Picture").set_input_files(png())
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#logo img")).to_be_visible()
    expect(page.locator("#preview image")).to_have_count(2)
    expect(page.get_by_label("Support address")).to_have_value("help@harbour.test")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    saved = Branding.objects.get()
    assert (saved.name, saved.logo) == ("Harbour Mail", Logo.objects.get())


def test_from_the_brand_to_a_client_who_signs_in_under_it(
    page_of_brand, live_server, carol, acme, publish  # noqa: F811
):  # fmt: skip
    page, domain = page_of_brand, f"harbour-{token_hex(3)}.test"
    name = f"mail.{domain}"
    choose_looks(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("textbox", name="Host name").fill(name)
    page.get_by_role("button", name="Choose").click()
    expect(page.locator("#host .status.is-error")).to_have_count(2)
    publish(domain, records(name))
    page.evaluate("window.stayed = true")
    page.locator("#verify-host").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#host")).to_contain_text(f"Your clients sign in at http://{name}")
    expect(page.locator("#host .status.is-ok")).to_have_count(2)
    expect(page.locator("#verify-host")).to_be_focused()
    assert page.evaluate("window.stayed")
    page.context.clear_cookies()
    there = f"http://{name}:{urlsplit(live_server.url).port}"
    is_asked_for_a_new_password(page, there, carol, name)
    signs_in(page, there, carol)


def is_asked_for_a_new_password(page, there, carol, name) -> None:  # noqa: F811
    page.goto(f"{there}/auth/password/reset/")
    page.get_by_label("Email").fill(carol.email)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("help@harbour.test")).to_be_visible()
    [message] = mail.outbox
    assert message.from_email.startswith("Harbour Mail <")
    assert f"http://{name}" in message.body
    assert "Kuploy" not in message.subject + message.body


def signs_in(page, there, carol) -> None:  # noqa: F811
    page.goto(f"{there}/auth/login/")
    expect(page.locator(".brand")).to_contain_text("Harbour Mail")
    page.get_by_label("Email").fill(carol.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    expect(page.locator(".sidebar .brand")).to_contain_text("Harbour Mail")
    assert "Kuploy" not in page.locator("body").inner_text()
    button = page.locator(".sidebar [aria-current]")
    assert button.evaluate("e => getComputedStyle(e).color") == "rgb(122, 31, 92)"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_the_page_fits(page_of_brand, live_server, harbour, size):  # noqa: F811
    name = f"the-mail-of-our-clients.{'a-very-long-name-' * 3}.test"
    Branding.objects.create(
        account=harbour, name="W" * 60, wanted_host=name, host=name,
        host_findings={
            "proof": {"state": "ok", "sentence": "It holds it.", "source": "ns1.example.net"},
            "way": {"state": "wrong", "sentence": "It leads elsewhere.", "found": [name]},
        },
    )  # fmt: skip
    page_of_brand.set_viewport_size(size)
    assert fits(page_of_brand, f"{live_server.url}/harbour/brand/")
