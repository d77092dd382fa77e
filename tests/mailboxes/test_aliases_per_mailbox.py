"""A domain holds so many aliases for each of its mailboxes, the postmaster's included."""

import pytest
from django.urls import reverse

from kuploy.errors import Refused
from mailboxes.models import Alias
from tests.concurrency import at_once
from tests.conftest import make_alias, make_domain, make_mailbox

TARGET = "x@example.test"


@pytest.fixture
def each(plan):
    """`each(2)` allows two aliases for each mailbox."""

    def each(number):
        plan.aliases_per_mailbox = number
        plan.save()

    return each


def test_each_mailbox_brings_room_for_more(domain, each):
    each(2)
    for name in ("a", "b"):
        make_alias(domain, name, TARGET)
    with pytest.raises(Refused, match="holds 2 aliases: 2 for each of its mailboxes"):
        make_alias(domain, "c", TARGET)
    make_mailbox(domain)
    for name in ("c", "d"):
        make_alias(domain, name, TARGET)
    with pytest.raises(Refused, match="holds 4 aliases"):
        make_alias(domain, "e", TARGET)


def test_each_domain_counts_for_itself(acme, domain, each):
    each(1)
    make_alias(domain, "a", TARGET)
    make_alias(make_domain(acme, "other.test"), "a", TARGET)


def test_zero_is_zero(domain, each):
    each(0)
    with pytest.raises(Refused, match="holds 0 aliases: 0 for each"):
        make_alias(domain, "a", TARGET)


def test_no_figure_is_no_limit(domain, each):
    each(None)
    for number in range(12):
        make_alias(domain, f"a{number}", TARGET)


def test_it_is_said_beside_the_field_and_nothing_typed_is_lost(as_alice, domain, each):
    each(0)
    typed = {"local_part": "sales", "domain": "acme.test", "targets": TARGET}
    response = as_alice.post(reverse("mailboxes:add_alias", args=["acme"]), typed)
    assert response.status_code == 422
    assert "acme.test holds 0 aliases" in response.text
    assert 'value="sales"' in response.text
    assert TARGET in response.text


@pytest.mark.django_db(transaction=True)
def test_two_clicks_cannot_share_the_last_alias_of_a_domain(domain, each):
    each(3)
    for name in ("a", "b"):
        make_alias(domain, name, TARGET)
    acts = [lambda name=name: make_alias(domain, name, TARGET) for name in ("c", "d", "e", "f")]
    outcomes = at_once(*acts)
    assert sorted(type(each).__name__ for each in outcomes) == ["Alias", *["Refused"] * 3]
    assert Alias.objects.count() == 3
