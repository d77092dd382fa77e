"""An import in a browser: from the file to the mailboxes, and the repaired rows after it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Plan
from mailboxes.models import Mailbox
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_pages import fits
from tests.conftest import make_domain
from tests.imports.conftest import HASH, importer, uploader

FILE = (
    f"address;password\nann@acme.test;{HASH}\nbob@acme.test;{HASH}\n"
    f"eve@acme.tset;correct horse battery\nkim@acme.test;short\nann@acme.test;{HASH}\n"
)


def address(live_server, name, *args):
    return live_server.url + reverse(f"imports:{name}", args=["acme", *args])


def choose(page, content, name="people.csv"):
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("File", exact=True).set_input_files(file)


def test_a_company_moves_in(page, live_server, alice, acme, domain, tmp_path):
    sign_in(page, live_server, alice)
    page.goto(address(live_server, "list"))
    page.get_by_role("link", name="New import").first.click()
    page.get_by_label("Mailboxes").check()
    choose(page, FILE)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    expect(page.get_by_text("The first row was recognised as a header")).to_be_visible()
    expect(page.get_by_text("There is no active domain acme.tset here.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download faulty rows").click()
    download.value.save_as(faulty := tmp_path / "faulty.csv")
    page.get_by_role("button", name="Apply 2 good rows").click()
    expect(page.get_by_text("Done, some left out", exact=True)).to_be_visible()
    assert Mailbox.objects.filter(local_part__in=("ann", "bob"), state="active").count() == 2

    page.goto(address(live_server, "add"))
    page.get_by_label("Mailboxes").check()
    choose(page, faulty.read_text().replace("acme.tset", "acme.test"))
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("button", name="Apply 1 good row").click()
    expect(page.get_by_text("Done, some left out", exact=True)).to_be_visible()
    assert Mailbox.objects.filter(local_part="eve", state="active").exists()


def test_a_file_that_is_none_says_why_in_red(page, live_server, alice, acme, domain):
    sign_in(page, live_server, alice)
    page.goto(address(live_server, "add"))
    choose(page, "abc\0def")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Invalid", exact=True)).to_be_visible()
    expect(page.get_by_text("Line 1 has a NUL character")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("people.csv is discarded.")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_every_page_fits(page, live_server, alice, acme, actor, size):
    uploaded = uploader(acme, actor)
    Plan.objects.filter(pk=acme.plan_id).update(mailbox_limit=1)
    long = "a-very-long-name-that-has-to-be-broken-somewhere-on-a-phone.example.test"
    make_domain(acme, long)
    rows = "".join(f"{name * 40}@{long};{HASH}\n" for name in "abc")
    jobs = [
        uploaded(rows + f"x@{long};short\n", name="a" * 150 + ".csv"),
        uploaded("abc\0def"),
        importer(uploaded)(rows),
    ]
    sign_in(page, live_server, alice)
    page.set_viewport_size(size)
    pages = [
        address(live_server, "list"),
        address(live_server, "add"),
        *(live_server.url + job.get_absolute_url() for job in jobs),
    ]
    assert [each for each in pages if not fits(page, each)] == []
