"""While a domain may not send, its mail is led nowhere new."""

import pytest

from domains.services import set_catch_all
from kuploy.errors import Refused
from mailboxes.models import Alias
from mailboxes.services import create_alias, delete_alias, edit_alias
from mailboxes.suspension import suspend_account
from tests.concurrency import at_once
from tests.conftest import make_alias, provider_of

WHY = "cannot be led to new addresses"


@pytest.fixture
def alias(domain):
    return make_alias(domain, "team", "a@elsewhere.test", "b@elsewhere.test")


@pytest.fixture
def suspended(alias, acme):
    suspend_account(account=acme, level=10, reason="Spam", actor=provider_of(acme))


def create(domain, actor):
    create_alias(domain=domain, local_part="new", targets=["x@elsewhere.test"], actor=actor)


def test_no_new_way_is_made(suspended, domain, alias, actor):
    with pytest.raises(Refused, match=WHY):
        create(domain, actor)
    with pytest.raises(Refused, match=WHY):
        edit_alias(alias=alias, targets=["a@elsewhere.test", "x@elsewhere.test"], actor=actor)
    with pytest.raises(Refused, match=WHY):
        set_catch_all(domain=domain, address="x@elsewhere.test", actor=actor)


def test_ways_that_are_there_may_be_ended(suspended, domain, alias, actor):
    edit_alias(alias=alias, targets=["a@elsewhere.test"], actor=actor)
    set_catch_all(domain=domain, address="", actor=actor)
    delete_alias(alias=alias, actor=actor)
    assert not Alias.objects.exists()


def test_who_suspends_may_make_one(suspended, domain, acme):
    create(domain, provider_of(acme))
    assert Alias.objects.filter(local_part="new").exists()


@pytest.mark.django_db(transaction=True)
def test_none_slips_in_beside_the_suspension(domain, acme, actor):
    provider = provider_of(acme)
    made, placed = at_once(
        lambda: create(domain, actor),
        lambda: suspend_account(account=acme, level=10, reason="Spam", actor=provider),
    )
    assert placed is None
    alias = Alias.objects.filter(local_part="new").first()
    # Either it was first and is suspended as well, or it was refused.
    assert (alias is None and isinstance(made, Refused)) or alias.suspension_above == 10
