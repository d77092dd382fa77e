import pytest
from django.urls import reverse

from accounts.models import Role
from tests.conftest import make_domain, make_mailbox


@pytest.fixture
def url(acme):
    return lambda name: reverse(f"accounts:{name}", args=[acme.slug])


def test_the_account_is_renamed_and_the_old_name_written_down(as_alice, url, acme):
    typed = {"name": "Acme & Sons", "blocked_return": "on"}
    assert as_alice.post(url("settings"), typed).status_code == 302
    acme.refresh_from_db()
    assert acme.name == "Acme & Sons"
    assert acme.audit_events.latest("pk").details == {"before": "Acme"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\0b", "a\x07b", "Acme \u202egpj.exe"])
def test_a_name_that_makes_no_sense_is_shown_again(as_alice, url, acme, name):
    assert as_alice.post(url("settings"), {"name": name}).status_code == 422
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_a_name_is_one_line_also_where_it_stands_in_mail(as_alice, url, acme):
    as_alice.post(url("settings"), {"name": "Acme\n\nPay here: \tlink"})
    acme.refresh_from_db()
    assert acme.name == "Acme Pay here: link"


def test_only_managers_see_what_happened_in_the_account(client, as_alice, url, domain, bob):
    assert "acme.test is active" in as_alice.get(url("overview")).text
    client.force_login(bob)
    assert "acme.test is active" not in client.get(url("overview")).text


def test_the_overview_names_domains_to_look_at(as_alice, url, acme):
    make_domain(acme, "to-look-at.test")
    assert "to-look-at.test" in as_alice.get(url("overview")).text


def test_the_plan_page_says_what_is_used(as_alice, url, domain):
    make_mailbox(domain)
    shares = as_alice.get(url("plan")).context["shares"]
    rooms = {share.name: (share.room.used, share.room.limit) for share in shares}
    assert rooms == {"Domains": (1, 5), "Mailboxes": (1, 25), "Aliases": (0, 100)}


def test_activity_is_searched_by_object(as_alice, url, domain):
    assert "acme.test" in as_alice.get(url("activity"), {"q": "ACME.t"}).text
    page = as_alice.get(url("activity"), {"q": "nothing.test"}).context["page"]
    assert page.rows == []


def test_a_managers_activity_is_not_a_viewers(client, url, bob, acme):
    acme.memberships.filter(user=bob).update(role=Role.POSTMASTER)
    client.force_login(bob)
    assert client.get(url("activity")).status_code == 403
