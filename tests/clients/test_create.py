"""A new client: an account on one of the reseller's plans, and an invitation to its owner."""

import pytest
from django.urls import reverse

from accounts.models import Account, Branding, Invitation, Plan, Role, User
from accounts.services import change_kind
from clients import services
from clients.services import create_client
from kuploy.errors import Refused
from plans.services import delete_plan, retire_plan
from tests.accounts.test_invite import UNSENDABLE, link_in, mail_server_away
from tests.concurrency import at_once
from tests.conftest import PASSWORD


@pytest.fixture
def typed(small):
    return {"name": "Studio Rossi", "email": "Rosa@Rossi.test", "plan": small.pk}


@pytest.fixture
def create(harbour, small, actor):
    """`create("Name")` by the service."""

    def create(name="Studio Rossi", email="rosa@rossi.test", plan=small):
        return create_client(reseller=harbour, name=name, plan=plan, email=email, actor=actor)

    return create


def test_it_makes_the_account_and_asks_its_owner_in(reseller, address, typed, small, posted):
    answer = reseller.post(address("add"), typed)
    made = Account.objects.get(name="Studio Rossi")
    assert answer.url == address("detail", made)
    assert (made.reseller.name, made.plan, made.slug) == ("Harbour", small, "studio-rossi")
    invitation = made.invitations.get()
    assert (invitation.email, invitation.role) == ("rosa@rossi.test", Role.OWNER)
    assert posted()[0].to == ["rosa@rossi.test"]
    assert "rosa@rossi.test gets mail from us" in reseller.get(answer.url).text


def test_the_mail_goes_by_the_resellers_name(create, harbour, posted):
    Branding.objects.create(account=harbour, name="Harbour Mail")
    create()
    (message,) = posted()
    assert "Harbour Mail" in message.body
    assert message.from_email.startswith("Harbour Mail <")


def test_the_owner_accepts_and_owns_it(create, client, posted):
    made = create()
    rosa = User.objects.create_user("rosa@rossi.test", PASSWORD)
    client.force_login(rosa)
    assert client.post(link_in(posted()[0])).url == made.get_absolute_url()
    assert made.memberships.get().role == Role.OWNER


def test_both_records_say_who_made_it(create, harbour):
    made = create()
    event = harbour.audit_events.get(action="client.created")
    assert event.sentence == "Created the client Studio Rossi"
    inside = made.audit_events.get(action="account.created")
    assert inside.who == "alice@example.test of Harbour"
    assert made.audit_events.get(action="invitation.sent").reseller_name == "Harbour"


def test_the_arithmetic_of_the_pool_is_shown_before(reseller, address, acme, harbour, small):
    Account.objects.filter(pk=acme.pk).update(mailbox_count=30)
    Account.objects.filter(pk=harbour.pk).update(mailbox_count=8)
    page = reseller.get(address("add")).text
    assert "<b>38</b> of 50" in page
    assert "8 in your own account, 30 in clients’" in page


def test_a_full_pool_is_no_reason_to_refuse_a_client_that_holds_nothing(create, harbour):
    Plan.objects.filter(pk=harbour.plan_id).update(mailbox_limit=0, domain_limit=0)
    assert create().pk


def test_without_a_plan_it_says_to_make_one(reseller, address):
    page = reseller.get(address("add")).text
    assert "A client needs a plan" in page
    assert reverse("plans:add", args=["harbour"]) in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " "), ("name", "x" * 121), ("name", "a\u202eb"), ("name", "a\0b"),
        ("email", ""), ("email", "rosa"), ("email", "a\0b@rossi.test"),
        ("email", UNSENDABLE), ("email", f"{'x' * 300}@rossi.test"),
        ("plan", ""), ("plan", "0"), ("plan", "x"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_shown_again(reseller, address, typed, field, value):
    answer = reseller.post(address("add"), {**typed, field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not Account.objects.filter(slug="studio-rossi").exists()


def test_only_the_resellers_own_plans_on_offer_can_be_chosen(reseller, address, typed, plan, small):
    other = Account.objects.create(name="Other", slug="other", kind="reseller", plan=plan)
    theirs = Plan.objects.create(name="Theirs", owner=other)
    old = Plan.objects.create(name="Old", owner=small.owner, retired_at="2026-01-01T00:00Z")
    for chosen in (plan, theirs, old):
        answer = reseller.post(address("add"), {**typed, "plan": chosen.pk})
        assert answer.status_code == 422
        assert "plan" in answer.context["form"].errors


def test_a_second_client_of_that_name_is_refused_where_it_was_typed(reseller, address, typed, acme):
    answer = reseller.post(address("add"), {**typed, "name": " aCME "})
    assert answer.status_code == 422
    assert "You have a client aCME already" in answer.context["form"].errors["name"][0]


def test_another_resellers_client_may_have_that_name(create, plan):
    Account.objects.create(name="Studio Rossi", slug="studio-rossi", plan=plan)
    assert create().slug.startswith("studio-rossi-")


def test_who_has_not_confirmed_the_own_address_makes_no_client(create, alice):
    alice.emailaddress_set.update(verified=False)
    with pytest.raises(Refused, match="Confirm your own e-mail address"):
        create()
    assert not Account.objects.filter(name="Studio Rossi").exists()


def test_nobody_sends_mail_without_end(create, monkeypatch):
    monkeypatch.setattr(services, "CLIENTS_PER_DAY", 2)
    create("One")
    create("Two")
    with pytest.raises(Refused, match="Too many tries"):
        create("Three")


def test_without_a_mail_server_the_client_is_there_and_the_page_says_so(
    reseller, address, typed, settings, posted
):
    with mail_server_away(settings):
        reseller.post(address("add"), typed)
        posted()
    page = reseller.get(address("detail", Account.objects.get(name="Studio Rossi"))).text
    assert "rosa@rossi.test waits for the mail server" in page
    assert Invitation.objects.get().sent_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_makes_the_client(create, harbour):
    outcomes = at_once(create, create)
    assert {type(outcome) for outcome in outcomes} == {Account, Refused}
    assert harbour.clients.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [delete_plan, retire_plan])
def test_a_plan_that_goes_at_this_moment_is_refused_or_kept(create, small, actor, act):
    at_once(create, lambda: act(plan=small, actor=actor))
    made = Account.objects.filter(name="Studio Rossi").first()
    assert made is None or made.plan == small


@pytest.mark.django_db(transaction=True)
def test_who_stops_being_a_reseller_at_this_moment_gets_no_client(create, harbour, actor):
    at_once(create, lambda: change_kind(account=harbour, kind="customer", actor=actor))
    harbour.refresh_from_db()
    assert harbour.clients.exists() == harbour.is_reseller
