"""Who is whose client, when several people change it at one moment."""

import pytest

from accounts.audit import Actor
from accounts.models import Account, Plan
from accounts.services import assign_reseller, change_kind, open_account
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from tests.concurrency import at_once
from tests.conftest import make_domain, make_mailbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def harbour(plan, charlie):
    """A reseller with room for one mailbox more than it has."""
    account = open_account(name="Harbour", owner=charlie)
    account.kind = Account.Kind.RESELLER
    account.plan = Plan.objects.create(name="Pool", mailbox_limit=1)
    account.save(update_fields=["kind", "plan"])
    return account


def client_of(owner, name):
    account = open_account(name=name, owner=owner)
    return account, make_domain(account, f"{name}.test")


def below(account, reseller):
    return lambda: assign_reseller(
        account=account, reseller=reseller, actor=Actor.system(account)
    )  # fmt: skip


def test_of_two_clients_for_the_last_place_in_the_pool_one_gets_it(alice, harbour):
    clients = []
    for name in ("one", "two"):
        account, domain = client_of(alice, name)
        make_mailbox(domain)
        clients.append(account)
    outcomes = at_once(*(below(account, harbour) for account in clients))
    assert {type(outcome) for outcome in outcomes} == {type(None), Refused}
    assert harbour.clients.count() == 1


def test_nobody_is_the_client_of_who_stops_being_a_reseller_just_now(alice, harbour):
    account, _domain = client_of(alice, "one")
    actor = Actor.system(harbour)
    at_once(
        below(account, harbour),
        lambda: change_kind(account=harbour, kind="customer", actor=actor),
    )
    harbour.refresh_from_db()
    assert harbour.clients.exists() == harbour.is_reseller


def test_a_mailbox_made_while_its_account_is_moved_counts_in_the_pool(alice, harbour):
    account, domain = client_of(alice, "one")
    make_mailbox(domain)
    at_once(below(account, harbour), lambda: make_mailbox(domain, "second"))
    account.refresh_from_db()
    boxes = Mailbox.objects.filter(account=account, counted=True).count()
    assert (account.reseller is None, boxes) in {(True, 2), (False, 1)}


def test_who_read_the_account_before_it_was_moved_is_asked_to_try_again(alice, harbour):
    account, domain = client_of(alice, "one")
    assert domain.account.reseller_id is None
    below(account, harbour)()
    with pytest.raises(Refused, match="was moved just now"):
        make_mailbox(domain)
