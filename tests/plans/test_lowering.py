"""Whoever takes something out of a plan is told first how many use it."""

import pytest
from django.urls import reverse

from accounts.models import Plan
from domains.models import Domain
from mailboxes.rules import set_forwarding
from notifications.models import Channel
from plans.lowering import no_longer_fitting
from tests.conftest import make_mailbox
from tests.plans.conftest import add_token

AS_IT_IS = {
    **dict.fromkeys(("domain_limit", "mailbox_limit", "alias_limit")),
    "largest_size_bytes": 25 * 2**30,
}


@pytest.fixture
def plan_in_use(acme, domain, actor, new_plan) -> Plan:
    """Acme's, which uses all that a plan can include."""
    acme.plan = new_plan(None, name="All")
    acme.save(update_fields=["plan"])
    box = make_mailbox(Domain.objects.get(pk=domain.pk))
    set_forwarding(mailbox=box, forward_to=["x@example.test"], keep_copy=True, actor=actor)
    Domain.objects.filter(pk=domain.pk).update(catch_all="info@acme.test")
    Channel.objects.create(account=acme, transport="webhook", address="https://hooks.test/")
    add_token(acme, actor.user)
    return acme.plan


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email_hosting": False}, "1 account has domains: their mail goes on"),
        ({"catch_all": False}, "1 account has a catch-all."),
        ({"forwarding": "off"}, "1 account forwards mail."),
        ({"webhooks": False}, "1 account has webhooks."),
        ({"api": False}, "1 account has tokens for the API: programs are refused"),
    ],
)
def test_what_is_in_use_is_counted(plan_in_use, change, said):
    (found,) = no_longer_fitting(plan_in_use, {**AS_IT_IS, **change})
    assert found.startswith(said)
    for name, value in change.items():
        setattr(plan_in_use, name, value)
    assert no_longer_fitting(plan_in_use, {**AS_IT_IS, **change}) == []


def test_what_stays_is_not_spoken_of(plan_in_use, new_plan):
    same = {"email_hosting": True, "catch_all": True, "forwarding": "admins", "webhooks": True}
    assert no_longer_fitting(plan_in_use, {**AS_IT_IS, **same}) == []
    unused = new_plan(None, name="Unused")
    ended = {"email_hosting": False, "catch_all": False, "forwarding": "off", "webhooks": False}
    assert no_longer_fitting(unused, {**AS_IT_IS, **ended}) == []


def test_the_form_asks_once_more(owner, harbour, plan_in_use):
    Plan.objects.filter(pk=plan_in_use.pk).update(owner=harbour)
    url = reverse("plans:edit", args=["harbour", plan_in_use.pk])
    form = owner.get(url).context["form"]
    typed = {
        name: value for name in form.fields
        if (value := form[name].value()) not in (None, False)
    } | {"forwarding": "off"}  # fmt: skip
    response = owner.post(url, typed)
    assert response.status_code == 422
    assert "1 account forwards mail." in response.text
    assert owner.post(url, {**typed, "understood": "on"}).status_code == 302
