"""What is sent twice with one Idempotency-Key is done once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import Account, Answer, User
from accounts.services import open_account
from accounts.tasks import forget_answers, send_invitations
from domains.models import Domain
from tests.api.conftest import new_program
from tests.concurrency import at_once
from tests.conftest import PASSWORD, first_plan

NEW = {"local_part": "info", "domain": "acme.test", "password": PASSWORD}


def test_the_same_call_again_is_answered_alike_and_does_nothing(api, domain):
    first = api.post("/mailboxes", NEW, Idempotency_Key="one")
    again = api.post("/mailboxes", NEW, Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")


def test_without_a_key_each_call_counts(api, domain):
    api.post("/mailboxes", NEW)
    response = api.post("/mailboxes", NEW)
    assert response.status_code == 422
    assert "is a mailbox already" in response.json()["detail"]


def test_one_key_for_two_requests_is_refused(api, domain):
    api.post("/mailboxes", NEW, Idempotency_Key="one")
    response = api.post("/mailboxes", {**NEW, "local_part": "other"}, Idempotency_Key="one")
    assert response.status_code == 422
    assert "came with another request" in response.json()["detail"]


def test_what_failed_may_be_tried_again_with_its_key(api, domain):
    wrong = {**NEW, "password": "short"}
    assert api.post("/mailboxes", wrong, Idempotency_Key="one").status_code == 422
    assert not Answer.objects.exists()
    assert api.post("/mailboxes", NEW, Idempotency_Key="one").status_code == 201


def test_two_tokens_have_keys_of_their_own(program, domain):
    program().post("/domains", {"name": "a.test"}, Idempotency_Key="one")
    program().post("/domains", {"name": "b.test"}, Idempotency_Key="one")
    assert Domain.objects.filter(name__in=["a.test", "b.test"]).count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "ümlaut"])
def test_a_key_has_a_shape(api, domain, key):
    response = api.post("/mailboxes", NEW, Idempotency_Key=key)
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "Idempotency-Key"


def test_nothing_that_was_sent_or_answered_can_be_read_in_the_database(api, domain):
    api.post("/mailboxes", NEW, Idempotency_Key="one")
    row = Answer.objects.values().get()
    stored = " ".join([row["fingerprint"], bytes(row["content_encrypted"]).decode("latin-1")])
    assert PASSWORD not in stored
    assert "acme.test" not in stored


def test_after_a_day_a_key_is_free_again(api, domain):
    api.post("/domains", {"name": "a.test"}, Idempotency_Key="one")
    Answer.objects.update(created_at=Now() - timedelta(hours=25))
    assert api.post("/domains", {"name": "b.test"}, Idempotency_Key="one").status_code == 201
    Answer.objects.update(created_at=Now() - timedelta(hours=25))
    forget_answers()
    assert not Answer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_does_not_answer_holds_up_nobody(settings, monkeypatch):
    """The reseller's row is locked by a creation with a key: nothing is mailed meanwhile."""
    sent = []
    monkeypatch.setattr(
        "django.core.mail.EmailMessage.send", lambda _message: sent.append(in_transaction())
    )
    api, plan = reseller_with_plan()
    new = {"name": "Acme", "email": "owner@acme.test", "plan_id": plan}
    assert api.post("/clients", new, Idempotency_Key="one").status_code == 201
    assert sent == []
    send_invitations()
    assert sent == [False]


def in_transaction():
    return connection.in_atomic_block


def reseller_with_plan():
    first_plan()
    owner = User.objects.create_user("olga@example.test")
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    account = open_account(name="Harbour", owner=owner)
    Account.objects.filter(pk=account.pk).update(kind=Account.Kind.RESELLER)
    account.refresh_from_db()
    api = new_program(account, owner)
    return api, api.post("/plans", {"name": "Small"}).json()["id"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_creates(settings):
    settings.API_CALLS_PER_MINUTE = 100
    first_plan()
    owner = User.objects.create_user("olga@example.test")
    api = new_program(open_account(name="Many", owner=owner), owner)
    create = lambda: api.post("/domains", {"name": "a.test"}, Idempotency_Key="one")  # noqa: E731
    responses = at_once(*[create] * 5)
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum(not each.has_header("Idempotency-Replayed") for each in responses) == 1
    assert Domain.objects.filter(name="a.test").count() == 1
