"""Accounts and plans as the provider edits them."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEvent, Plan
from accounts.services import open_account
from tests.accounts.test_invite import UNSENDABLE
from tests.admin.forms import change, page_of, typed_of
from tests.conftest import make_alias

ADD = reverse("admin:accounts_account_add")


@pytest.fixture
def harbour(plan, charlie):
    account = open_account(name="Harbour", owner=charlie)
    Account.objects.filter(pk=account.pk).update(kind=Account.Kind.RESELLER)
    return Account.objects.get(pk=account.pk)


def test_editing_an_account_leaves_its_counts_alone(provider, acme, mailbox):
    typed = typed_of(provider, page_of(acme))
    Account.objects.filter(pk=acme.pk).update(mailbox_count=5)
    provider.post(page_of(acme), {**typed, "name": "Renamed"})
    acme.refresh_from_db()
    assert (acme.name, acme.mailbox_count) == ("Renamed", 5)
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.account) == ("account.renamed", acme)


def test_a_name_stays_on_one_line(provider, acme):
    change(provider, acme, name="  New\tname ")
    acme.refresh_from_db()
    assert acme.name == "New name"
    assert "cannot be seen" in change(provider, acme, name="New\u202ename").text


def test_saving_without_a_change_does_and_records_nothing(provider, acme):
    before = AuditEvent.objects.count()
    change(provider, acme)
    assert AuditEvent.objects.count() == before


def test_an_account_is_made_below_a_reseller(provider, plan, harbour):
    typed = {"name": "New", "kind": "customer", "reseller": harbour.pk, "plan": plan.pk}
    provider.post(ADD, typed)
    made = Account.objects.get(slug="new")
    assert (made.reseller, made.plan) == (harbour, plan)
    event = made.audit_events.get()
    assert (event.action, event.details["reseller"]) == ("account.created", "Harbour")


def test_an_owner_is_invited(provider, superuser, acme, alice, posted):
    superuser.emailaddress_set.create(email=superuser.email, verified=True, primary=True)
    typed = {"action": "invite_owner", "_selected_action": [acme.pk]}
    url = reverse("admin:accounts_account_changelist")
    assert "E-mail address" in provider.post(url, typed).text
    for wrong in (UNSENDABLE, f"{'x' * 300}@acme.test"):
        assert provider.post(url, {**typed, "go": "1", "email": wrong}).status_code == 200
    assert not acme.invitations.exists()
    provider.post(url, {**typed, "go": "1", "email": "New@acme.test"})
    assert posted()[0].to == ["new@acme.test"]
    assert acme.invitations.get().email == "new@acme.test"


def test_a_customer_becomes_a_reseller(provider, acme):
    change(provider, acme, kind="reseller")
    acme.refresh_from_db()
    assert acme.is_reseller
    assert AuditEvent.objects.latest("pk").details == {"before": "customer", "after": "reseller"}


def test_a_reseller_with_clients_stays_one(provider, acme, harbour):
    change(provider, acme, reseller=harbour.pk)
    page = change(provider, harbour, kind="customer")
    assert "Harbour has clients" in page.text
    harbour.refresh_from_db()
    assert harbour.is_reseller


@pytest.mark.parametrize("kind", ["reseller", "provider"])
def test_a_client_becomes_nothing_else(provider, acme, harbour, kind):
    change(provider, acme, reseller=harbour.pk)
    assert "is the client of a reseller" in change(provider, acme, kind=kind).text


def test_a_reseller_has_no_reseller(provider, acme, harbour):
    Account.objects.filter(pk=acme.pk).update(kind="reseller")
    assert "Only a customer can have a reseller" in change(provider, acme, reseller=harbour.pk).text


def test_a_customer_is_nobodys_reseller(provider, acme, charlie):
    other = Account.objects.get(memberships__user=charlie)
    assert "Elsewhere is not a reseller" in change(provider, acme, reseller=other.pk).text


def test_a_pool_without_room_takes_no_client(provider, acme, domain, mailbox, harbour):
    make_alias(domain, "team", "x@example.test")
    harbour.plan = Plan.objects.create(name="Small", mailbox_limit=0, alias_limit=1)
    harbour.save()
    page = change(provider, acme, reseller=harbour.pk)
    assert "has no room for what Acme holds: mailboxes" in page.text
    acme.refresh_from_db()
    assert acme.reseller is None


def test_a_client_does_not_take_a_resellers_plan_along(provider, acme, harbour):
    own = Plan.objects.create(name="Harbour S", owner=harbour)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour, plan=own)
    acme.refresh_from_db()
    assert "is sold by another reseller" in change(provider, acme, reseller="").text


def test_a_client_leaves_for_a_plan_of_the_provider_in_one_go(provider, plan, acme, harbour):
    own = Plan.objects.create(name="Harbour S", owner=harbour)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour, plan=own)
    acme.refresh_from_db()
    change(provider, acme, reseller="", plan=plan.pk)
    acme.refresh_from_db()
    assert (acme.reseller, acme.plan) == (None, plan)
    event = acme.audit_events.get(action="account.reseller_changed")
    assert event.details == {"before": "Harbour", "after": "nobody"}


def test_nobody_gets_a_resellers_plan_without_the_reseller(provider, harbour):
    own = Plan.objects.create(name="Harbour S", owner=harbour)
    page = provider.post(ADD, {"name": "New", "kind": "customer", "plan": own.pk})
    assert "is sold by another reseller" in page.text
    assert not Account.objects.filter(name="New").exists()


def test_a_plan_that_is_too_small_is_refused_with_what_is_too_much(provider, acme, mailbox):
    small = Plan.objects.create(name="Small", mailbox_limit=0)
    assert "Acme does not fit into Small" in change(provider, acme, plan=small.pk).text
    acme.refresh_from_db()
    assert acme.plan != small


def test_accounts_are_moved_to_a_plan_and_the_excess_is_blocked(provider, acme, mailbox):
    small = Plan.objects.create(name="Small", mailbox_limit=0)
    url = reverse("admin:accounts_account_changelist")
    typed = {"action": "move", "_selected_action": [acme.pk], "go": "1", "plan": small.pk}
    assert "Acme does not fit into Small" in provider.post(url, typed, follow=True).text
    provider.post(url, {**typed, "block_excess": "on"})
    acme.refresh_from_db()
    mailbox.refresh_from_db()
    assert (acme.plan, mailbox.state) == (small, "blocked")


def test_the_choice_of_a_plan_is_asked_for(provider, acme):
    url = reverse("admin:accounts_account_changelist")
    page = provider.post(url, {"action": "move", "_selected_action": [acme.pk]})
    assert "Block the excess" in page.text
    assert (
        "This field is required"
        in provider.post(url, {"action": "move", "_selected_action": [acme.pk], "go": "1"}).text
    )


def test_what_is_refused_undoes_the_rest_of_the_form(provider, acme, charlie):
    other = Account.objects.get(memberships__user=charlie)
    change(provider, acme, name="Renamed", reseller=other.pk)
    acme.refresh_from_db()
    assert acme.name == "Acme"
    assert not AuditEvent.objects.filter(action="account.renamed").exists()


def test_an_account_is_removed_when_its_name_is_typed(provider, acme):
    url = reverse("admin:accounts_account_changelist")
    typed = {"action": "remove", "_selected_action": [acme.pk]}
    assert "Type the name to confirm" in provider.post(url, typed).text
    answer = provider.post(url, {**typed, "go": "1", "name": "Acm"}, follow=True)
    assert "This is not its name. Nothing was removed." in answer.text
    acme.refresh_from_db()
    assert acme.removed_at is None
    provider.post(url, {**typed, "go": "1", "name": "acme"})
    acme.refresh_from_db()
    assert acme.removed_at
