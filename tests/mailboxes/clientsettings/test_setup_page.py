"""The page for people, and the square that a telephone reads."""

from html import unescape
from urllib.parse import quote

import pytest
from django.conf import settings

from kuploy.brand import provider
from mailboxes.clientsettings.page import _drawn, setup_url
from tests.conftest import make_domain

PAGE = "/mailbox/setup/"


def test_it_tells_what_a_program_needs(client, domain):
    page = client.get(PAGE, {"address": "Info@acme.test"})
    assert page.status_code == 200
    for word in (settings.IMAP_HOST, str(settings.IMAP_PORT), "SSL/TLS", "STARTTLS"):
        assert word in page.text
    assert "/mailbox/setup/apple.mobileconfig?address=info%40acme.test" in page.text


def test_it_does_not_tell_whether_there_is_such_a_mailbox(client, mailbox):
    def words(name):
        page = client.get(PAGE, {"address": f"{name}@acme.test"})
        settings = page.text[page.text.index("<main") : page.text.index("</main>")]
        return settings.replace(page.context["setup_qr"], "").replace(name, "NAME")

    assert words(mailbox.local_part) == words("nobody")


def test_it_asks_for_the_address_first(client, db):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Show the settings" in page.text


@pytest.mark.parametrize("typed", ["info@elsewhere.test", "info", "", "<script>@x"])
def test_what_is_not_here_is_said_where_it_was_typed(client, domain, typed):
    page = client.get(PAGE, {"address": typed})
    assert page.status_code == 404
    assert page.context["form"].errors["address"]
    assert "<script>@x" not in page.text


def test_it_bears_the_name_of_the_reseller_and_the_code_leads_to_its_host(
    client, domain, white_label
):
    page = client.get(PAGE, {"address": "info@acme.test"})
    assert settings.BRAND not in page.text
    assert "Harbour &amp; &lt;Sons&gt;" in page.text
    assert "http://mail.harbour.test" in page.context["setup_url"]


def test_in_an_alias_domain_one_signs_in_with_the_address_it_mirrors(client, acme, domain):
    make_domain(acme, "acme.example", alias_of=domain)
    page = client.get(PAGE, {"address": "info@acme.example"}).text
    assert "<code>info@acme.test</code>" in page


def test_the_mailbox_page_has_the_code_of_the_link_beside_it(as_alice, mailbox):
    page = as_alice.get(mailbox.get_absolute_url())
    url = page.context["setup_url"]
    assert url == f"{settings.BASE_URL}{PAGE}?address={quote(mailbox.address)}"
    assert url in unescape(page.text)
    assert _drawn(url) in page.text
    assert "style=" not in _drawn(url)


def test_the_code_names_the_address_and_nothing_else(mailbox):
    query = setup_url(provider(), mailbox.address).partition("?")[2]
    assert query == f"address={quote(mailbox.address)}"
