"""Webhooks where the plan has none."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Account
from kuploy.errors import Refused
from notifications.models import Channel
from notifications.webhooks import add_webhook

PAGE = reverse("notifications:webhooks", args=["acme"])
ADD = reverse("notifications:add_webhook", args=["acme"])


@pytest.fixture(autouse=True)
def _without(plan):
    plan.webhooks = False
    plan.save()


def test_none_is_added(acme, actor):
    with pytest.raises(Refused, match=r"Webhooks are not part of your plan\. Contact your admin"):
        add_webhook(
            account=acme, pk=uuid4(), url="https://hooks.test/", muted=[], include_clients=False,
            actor=actor,
        )  # fmt: skip


def test_the_page_says_whom_to_ask(as_alice):
    text = as_alice.get(PAGE).text
    assert "Webhooks are not part of your plan" in text
    assert "For a larger plan" in text
    assert ADD not in text


def test_a_client_is_told_to_ask_its_reseller(as_alice, acme, plan):
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=plan)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    assert "ask Harbour" in as_alice.get(PAGE).text
    response = as_alice.get(ADD)
    assert response.status_code == 403
    assert "Contact Harbour to add them" in response.text


def test_one_from_before_goes_on_and_can_be_removed(as_alice, acme):
    hook = Channel.objects.create(account=acme, transport="webhook", address="https://hooks.test/")
    text = as_alice.get(PAGE).text
    assert "Those that are here go on. None can be added." in text
    assert ADD not in text
    as_alice.post(reverse("notifications:remove_webhook", args=["acme", hook.pk]))
    assert not Channel.objects.filter(pk=hook.pk).exists()
