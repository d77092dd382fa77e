"""Clicks at one moment against the last free place: of the account, of the pool, of both."""

from functools import partial
from itertools import count

import pytest

from accounts.audit import Actor
from accounts.models import Account, Plan
from accounts.room import Countable, room_for
from domains.services import add_domain
from kuploy.errors import Refused
from quotas.limits import tightest
from tests.concurrency import at_once
from tests.conftest import make_alias, make_domain, make_mailbox

# Places left in the pool, and in each client's own plan: the tighter one is that of the account,
# of the pool, or both at once. Three clicks in each of two clients.
DEPTHS = [(None, 1), (1, None), (2, 1), (3, 2), (2, 3), (0, 5), (5, 0)]
KINDS = [Countable.DOMAIN, Countable.MAILBOX, Countable.ALIAS]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def holders(acme, plan):
    """A domain each of a reseller, of acme, and of another of its clients."""
    pool, *own = (Plan.objects.create(name=name) for name in ("Pool", "One", "Two"))
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour, plan=own[0])
    Account.objects.create(name="Beta", slug="beta", plan=own[1], reseller=harbour)
    slugs = ("harbour", "acme", "beta")
    return [make_domain(Account.objects.get(slug=slug), f"{slug}.test") for slug in slugs]


def take(domain, what, number):
    """One more of it in the account of that domain."""
    if what == Countable.MAILBOX:
        return make_mailbox(domain, f"box{number}")
    if what == Countable.ALIAS:
        return make_alias(domain, f"alias{number}", "x@example.test")
    account = domain.account
    return add_domain(account=account, name=f"{number}.{domain}", actor=Actor.system(account))


def leave(account, what, places) -> None:
    """So many places more than it uses now."""
    limit = None if places is None else used_by(account, what) + places
    Plan.objects.filter(pk=account.plan_id).update(**{f"{what}_limit": limit})


def used_by(account, what) -> int:
    return room_for(Account.objects.select_related("plan").get(pk=account.pk), what).used


@pytest.mark.parametrize("what", KINDS)
def test_so_many_get_one_as_there_are_places_and_no_more(holders, what):
    harbour, *clients = holders
    number = count()
    for pool, own in DEPTHS:
        before = used_by(harbour.account, what)
        leave(harbour.account, what, pool)
        for client in clients:
            leave(client.account, what, own)
        clicks = [partial(take, client, what, next(number)) for client in clients * 3]
        outcomes = at_once(*clicks)
        places = tightest(len(clicks), pool, None if own is None else own * len(clients))
        assert [type(each) for each in outcomes].count(Refused) == len(clicks) - places
        assert used_by(harbour.account, what) == before + places


@pytest.mark.parametrize("what", KINDS)
def test_the_reseller_itself_is_one_of_those_who_share_its_pool(holders, what):
    reseller = holders[0].account
    before = used_by(reseller, what)
    leave(reseller, what, 2)
    clicks = [partial(take, each, what, number) for number, each in enumerate(holders * 2)]
    outcomes = at_once(*clicks)
    assert [type(each) for each in outcomes].count(Refused) == len(clicks) - 2
    assert used_by(reseller, what) == before + 2
