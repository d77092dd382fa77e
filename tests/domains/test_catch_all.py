"""A catch-all where the plan has none."""

import pytest
from django.urls import reverse

from domains.models import Domain
from domains.services import set_catch_all
from kuploy.errors import Refused

LEFT_OUT = "A catch-all is not part of your plan. Contact your administrator to add it."


@pytest.fixture
def url(domain):
    return reverse("domains:catch_all", args=["acme", domain.pk])


@pytest.fixture
def _without(plan):
    plan.catch_all = False
    plan.save()


@pytest.mark.usefixtures("_without")
def test_none_is_set(domain, actor):
    with pytest.raises(Refused, match=LEFT_OUT):
        set_catch_all(domain=domain, address="info@acme.test", actor=actor)


@pytest.mark.usefixtures("_without")
def test_the_page_says_whom_to_ask(as_alice, domain):
    text = as_alice.get(domain.get_absolute_url()).text
    assert "A catch-all is not part of the plan." in text
    assert "For a larger plan" in text
    assert 'name="catch_all"' not in text


@pytest.mark.usefixtures("_without")
def test_a_form_from_before_is_refused_where_it_was_typed(as_alice, url):
    assert LEFT_OUT in as_alice.post(url, {"catch_all": "info@acme.test"}).text


def test_one_from_before_goes_on_until_it_is_emptied(as_alice, domain, url, plan):
    as_alice.post(url, {"catch_all": "info@acme.test"})
    plan.catch_all = False
    plan.save()
    assert (
        "It goes on as it is, until you empty it." in as_alice.get(domain.get_absolute_url()).text
    )
    statuses = [
        as_alice.post(url, {"catch_all": typed}).status_code
        for typed in ("info@acme.test", "other@acme.test", "", "info@acme.test")
    ]
    assert statuses == [302, 422, 302, 422]
    assert Domain.objects.get(pk=domain.pk).catch_all == ""
