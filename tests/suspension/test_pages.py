"""What people see of a suspension, and who finds the buttons for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Membership, Role, Suspension, User
from accounts.services import open_account
from domains.models import Domain
from mailboxes.models import Mailbox
from tests.conftest import PASSWORD, make_domain, make_mailbox


def put(row, step, reason="Not paid", hand="provider"):
    type(row).objects.filter(pk=row.pk).update(**{f"{hand}_step": step, f"{hand}_reason": reason})


def address(name, *rows):
    return reverse(name, args=["acme", *(row.pk for row in rows)])


PAGES = [
    "accounts:overview",
    "domains:list",
    "mailboxes:list",
    "accounts:team",
    "accounts:settings",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_suspended_account_says_what_is_left_why_and_whom_to_ask(
    as_alice, acme, settings, name
):
    settings.SUPPORT_EMAIL = "help@kuploy.test"
    assert "This account is suspended" not in as_alice.get(address(name)).text
    put(acme, Suspension.NO_SIGN_IN, "Two invoices are open")
    page = as_alice.get(address(name)).text
    assert "This account is suspended" in page
    assert "nobody can sign in to a mailbox to read it" in page
    assert "Two invoices are open" in page
    assert "mailto:help@kuploy.test" in page


def test_a_page_costs_no_query_more_for_it(as_alice, acme):
    before = cost(as_alice)
    put(acme, Suspension.NO_MAIL)
    assert cost(as_alice) == before


def cost(client) -> int:
    client.get(address("domains:list"))
    with CaptureQueriesContext(connection) as found:
        client.get(address("domains:list"))
    return len(found)


@pytest.fixture
def harbour(acme):
    """The reseller of acme, with a manager who is signed in where the test says so."""
    manager = User.objects.create_user("manager@harbour.test", PASSWORD)
    harbour = open_account(name="Harbour", owner=User.objects.create_user("o@harbour.test"))
    Account.objects.filter(pk=harbour.pk).update(kind="reseller")
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    Membership.objects.create(user=manager, account=harbour, role=Role.MANAGER)
    return manager


@pytest.fixture
def as_manager(client, harbour):
    client.force_login(harbour)
    return client


def test_a_client_is_told_to_ask_its_reseller_whoever_placed_it(as_alice, acme, harbour):
    put(acme, Suspension.NO_SENDING)
    page = as_alice.get(address("accounts:overview")).text
    assert "To settle it, ask Harbour." in page
    assert "only the provider" not in page


def test_its_reseller_is_told_whose_it_is(as_manager, acme):
    put(acme, Suspension.NO_SENDING)
    assert "only the provider ends it" in as_manager.get(address("accounts:overview")).text
    put(acme, Suspension.NO_MAIL, hand="reseller")
    assert "Harbour has placed this." in as_manager.get(address("accounts:overview")).text


ROWS = [("domains", "domain"), ("mailboxes", "mailbox")]


@pytest.mark.parametrize(("app", "kind"), ROWS)
def test_a_reseller_suspends_and_resumes(as_manager, request, app, kind):
    row = request.getfixturevalue(kind)
    typed = {"level": "20", "reason": "Sends spam"}
    page = as_manager.post(address(f"{app}:suspend", row), typed, follow=True)
    row.refresh_from_db()
    assert (row.reseller_step, row.suspension_reason) == (20, "Sends spam")
    assert f"{row} is suspended." in page.text
    assert f"This {kind} is suspended" in page.text
    page = as_manager.post(address(f"{app}:resume", row), follow=True)
    row.refresh_from_db()
    assert row.suspension == Suspension.NONE
    assert "suspended" not in page.text.partition("<main")[2].partition('id="suspension"')[0]


@pytest.mark.parametrize(("app", "kind"), ROWS)
def test_without_a_reason_it_is_asked_for_and_nothing_typed_is_lost(as_manager, request, app, kind):
    row = request.getfixturevalue(kind)
    page = as_manager.post(address(f"{app}:suspend", row), {"level": "30", "reason": " "})
    assert page.status_code == 422
    assert page.context["suspension_form"]["level"].value() == "30"
    assert page.context["suspension_form"].errors.keys() == {"reason"}


@pytest.mark.parametrize(("app", "kind"), ROWS)
def test_the_accounts_own_people_have_no_such_button(as_alice, request, app, kind):
    row = request.getfixturevalue(kind)
    assert "Suspend" not in as_alice.get(address(f"{app}:detail", row)).text
    put(row, Suspension.NO_SENDING)
    assert "End the suspension" not in as_alice.get(address(f"{app}:detail", row)).text
    for act in ("suspend", "resume"):
        typed = {"level": "10", "reason": "Why"}
        assert as_alice.post(address(f"{app}:{act}", row), typed).status_code == 404


def test_a_mailbox_says_whose_suspension_it_is(as_alice, acme, domain, mailbox):
    url = address("mailboxes:detail", mailbox)
    put(domain, Suspension.NO_SIGN_IN)
    assert "The domain of this mailbox is suspended" in as_alice.get(url).text
    put(mailbox, Suspension.NO_MAIL)
    assert "This mailbox is suspended" in as_alice.get(url).text
    put(acme, Suspension.NO_MAIL)
    page = as_alice.get(url).text
    assert page.count("is suspended") == 2


def test_lists_say_it_and_find_it(as_alice, acme, domain, mailbox):
    make_mailbox(make_domain(acme, "other.test"), "free")
    put(domain, Suspension.NO_SENDING)
    page = as_alice.get(address("mailboxes:list"), {"state": "suspended"}).text
    assert page.count("<small>Cannot send</small>") == 2
    assert "free@other.test" not in page
    page = as_alice.get(address("domains:list"), {"status": "suspended"}).text
    assert "<small>Cannot send</small>" in page
    assert "other.test" not in page
    assert (
        "No mailbox"
        in as_alice.get(address("mailboxes:list"), {"state": "suspended", "over": "95"}).text
    )


def test_what_is_typed_for_a_new_way_is_kept_with_the_reason(as_alice, domain, mailbox):
    put(domain, Suspension.NO_SENDING)
    typed = {"local_part": "out", "domain": "acme.test", "targets": "x@elsewhere.test"}
    pages = [
        as_alice.post(address("mailboxes:add_alias"), typed),
        as_alice.post(address("domains:catch_all", domain), {"catch_all": "x@elsewhere.test"}),
    ]
    for page in pages:
        assert page.status_code == 422
        assert "cannot be led to new addresses" in page.text
        assert "x@elsewhere.test" in page.text


def enter(client):
    typed = {"address": "info@acme.test", "password": PASSWORD}
    return client.post(reverse("own:sign_in"), typed, follow=True)


def test_a_mailboxs_user_reads_that_nothing_is_sent_but_not_what_the_account_owes(
    client, domain, mailbox
):
    put(domain, Suspension.NO_SENDING, "Two invoices are open")
    page = enter(client).text
    assert "You cannot send at present" in page
    assert "invoices" not in page


def test_from_the_second_step_on_the_own_page_is_closed(client, domain, mailbox):
    assert enter(client).status_code == 200
    put(domain, Suspension.NO_SIGN_IN)
    assert client.get(reverse("own:page")).status_code == 302
    assert "No mailbox opens" in enter(client).text
    put(domain, Suspension.NONE)
    assert "Usage" in enter(client).text


def test_the_service_account_of_a_suspended_domain_is_out(client, domain):
    box = Mailbox.objects.get(local_part="postmaster")
    Mailbox.objects.filter(pk=box.pk).update(password_hash=make_mailbox(domain).password_hash)
    client.post(reverse("own:sign_in"), {"address": box.address, "password": PASSWORD})
    assert client.get(address("domains:list")).status_code == 200
    put(Domain.objects.get(), Suspension.NO_SIGN_IN)
    assert client.get(address("domains:list")).status_code == 302
