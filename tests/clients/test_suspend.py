"""A reseller suspends a client step by step, says why, and resumes it."""

import pytest

from accounts.models import Account, Membership, Role, User
from mailboxes.models import Mailbox
from tests.conftest import make_domain, make_mailbox


@pytest.fixture
def url(address, acme):
    return address("suspend", acme)


def step_of(acme):
    return Account.objects.get(pk=acme.pk).suspension


def test_it_is_suspended_with_a_reason_that_its_people_read(reseller, url, address, acme):
    box = make_mailbox(make_domain(acme, "acme.test"))
    answer = reseller.post(url, {"level": "30", "reason": "Invoice 12 is unpaid"})
    assert answer.url == address("detail", acme)
    assert step_of(acme) == 30
    assert Mailbox.objects.get(pk=box.pk).suspension == 30
    page = reseller.get(answer.url).text
    assert "Suspended by you: Invoice 12 is unpaid" in page
    assert acme.alerts.filter(kind="suspended", facts__reason="Invoice 12 is unpaid").exists()
    event = acme.audit_events.get(action="suspension.no_mail")
    assert event.who == "alice@example.test of Harbour"


def test_it_moves_between_the_steps(reseller, url, address, acme):
    reseller.post(url, {"level": "30", "reason": "Unpaid"})
    form = reseller.get(address("detail", acme)).context["suspension_form"]
    assert (form.initial["level"], form.initial["reason"]) == (30, "Unpaid")
    reseller.post(url, {"level": "10", "reason": "Half is paid"})
    assert step_of(acme) == 10


def test_it_is_resumed(reseller, url, address, acme):
    reseller.post(url, {"level": "20", "reason": "Unpaid"})
    page = reseller.post(address("resume", acme), follow=True).text
    assert "Acme is not suspended any more." in page
    assert step_of(acme) == 0


def test_the_providers_step_stays(reseller, url, address, acme):
    reseller.post(url, {"level": "30", "reason": "Unpaid"})
    Account.objects.filter(pk=acme.pk).update(provider_step=10, provider_reason="Spam")
    page = reseller.post(address("resume", acme), follow=True).text
    assert "That of the provider stays." in page
    assert "Suspended by the provider: Spam" in page
    refused = reseller.post(address("resume", acme))
    assert "only the provider ends that" in refused.text
    assert step_of(acme) == 10


@pytest.mark.parametrize(
    ("field", "value"),
    [("level", "0"), ("level", "15"), ("level", ""), ("level", "x"), ("reason", ""),
     ("reason", " "), ("reason", "x" * 301), ("reason", "a\0b")],
)  # fmt: skip
def test_what_makes_no_sense_is_shown_again(reseller, url, acme, field, value):
    answer = reseller.post(url, {"level": "10", "reason": "Unpaid", field: value})
    assert answer.status_code == 422
    assert field in answer.context["suspension_form"].errors
    assert step_of(acme) == 0


def test_the_same_again_is_said_where_it_was_typed(reseller, url):
    typed = {"level": "10", "reason": "Unpaid"}
    reseller.post(url, typed)
    answer = reseller.post(url, typed)
    assert answer.status_code == 422
    assert "is suspended like that already" in answer.text


def test_suspended_clients_are_found_and_say_how_far(reseller, url, address, acme, harbour):
    Account.objects.create(name="Fine", slug="fine", plan=harbour.plan, reseller=harbour)
    reseller.post(url, {"level": "20", "reason": "Unpaid"})
    page = reseller.get(address("list"), {"state": "suspended"})
    assert [row.client.name for row in page.context["rows"]] == ["Acme"]
    assert "Cannot sign in" in page.text


def test_its_own_people_do_not_resume_it(client, reseller, url, address, acme, bob):
    reseller.post(url, {"level": "10", "reason": "Unpaid"})
    client.force_login(bob)
    assert client.post(address("resume", acme)).status_code == 404


def test_a_suspended_client_can_be_entered(reseller, url, acme):
    reseller.post(url, {"level": "30", "reason": "Unpaid"})
    assert reseller.get(acme.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_suspend_nobody(client, url, address, acme, harbour, role):
    user = User.objects.create_user("small@harbour.test")
    Membership.objects.create(user=user, account=harbour, role=role)
    client.force_login(user)
    assert client.post(url, {"level": "10", "reason": "x"}).status_code == 403
    assert client.post(address("resume", acme)).status_code == 403
