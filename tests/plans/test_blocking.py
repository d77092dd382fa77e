"""Blocked mailboxes: which, what it means for them, and how they come back."""

import time
from threading import Event

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import Actor
from accounts.models import Account, AuditEvent
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes import blocking
from mailboxes.models import HostJob, Mailbox
from mailboxes.removal import delete_mailbox
from notifications.models import Alert
from plans import moving
from plans.services import delete_plan
from plans.tasks import bring_back
from tests.concurrency import at_once
from tests.conftest import make_domain, make_mailbox
from tests.plans.conftest import fill_with, names_in
from tests.plans.test_moving import to


def delete(*names):
    for box in Mailbox.objects.filter(local_part__in=names):
        delete_mailbox(mailbox=box, actor=Actor.system(box.account))


def by_hand(account):
    account = Account.objects.get(pk=account.pk)
    return blocking.bring_back(account=account, actor=Actor.system(account))


def not_by_themselves(account):
    Account.objects.filter(pk=account.pk).update(blocked_return=False)


@pytest.fixture
def one_serves(acme, domain, new_plan):
    """Of four mailboxes the oldest serves, the others are blocked."""
    fill_with(domain, "a", "b", "c", "d")
    to(acme, new_plan(1), block_excess=True)
    return acme


def test_open_sessions_of_the_blocked_end(acme, domain, new_plan, queued):
    fill_with(domain, "a", "b")
    fill_with(domain, "off", state="disabled")
    with queued() as jobs:
        to(acme, new_plan(0), block_excess=True)
    kicked = HostJob.objects.filter(kind="kick").order_by("address").values_list("address", "host")
    assert list(kicked) == [("a@acme.test", "mail1"), ("b@acme.test", "mail1")]
    assert ("mailboxes.tasks.do_host_jobs", "mail1") in jobs


def test_the_owner_is_told_once(one_serves):
    alert = Alert.objects.get(kind="mailboxes_blocked")
    assert (alert.account, alert.title) == (one_serves, "Mailboxes blocked: 3")
    assert "ask for a larger plan" in alert.body


def test_it_is_written_down(one_serves, new_plan):
    to(one_serves, new_plan(3))
    events = AuditEvent.objects.filter(action__startswith="mailboxes.").order_by("pk")
    assert [(each.action, each.details) for each in events] == [
        ("mailboxes.blocked", {"number": 3}),
        ("mailboxes.brought_back", {"number": 2}),
    ]


def test_after_a_move_up_the_oldest_come_back_by_themselves(one_serves, new_plan):
    to(one_serves, new_plan(3))
    assert (names_in("active"), names_in("blocked")) == ("a b c", "d")


def test_or_wait_for_a_click(one_serves, new_plan):
    not_by_themselves(one_serves)
    to(one_serves, new_plan(3))
    bring_back()
    assert names_in("active") == "a"
    assert by_hand(one_serves) == 2
    assert (names_in("active"), names_in("blocked")) == ("a b c", "d")


def test_after_a_deletion_the_next_one_comes_back(one_serves):
    delete("a")
    assert names_in("active") == ""
    bring_back()
    assert (names_in("active"), names_in("blocked")) == ("b", "c d")


def test_a_blocked_one_can_be_deleted_and_makes_room_for_none(one_serves):
    delete("c")
    bring_back()
    assert (names_in("active"), names_in("blocked")) == ("a", "b d")


def test_nothing_comes_back_where_there_is_no_room(one_serves):
    with pytest.raises(Refused, match="There is no room in the plan"):
        by_hand(one_serves)
    with CaptureQueriesContext(connection) as queries:
        bring_back()
    assert len(queries) == 1
    assert names_in("blocked") == "b c d"


def test_two_clicks_bring_nothing_back_twice(one_serves, new_plan):
    to(one_serves, new_plan())
    with pytest.raises(Refused, match="No mailbox is blocked any more"):
        by_hand(one_serves)


def test_an_old_account_whose_plan_was_cut_brings_none_back(one_serves, new_plan):
    to(one_serves, new_plan(3))
    plan = Account.objects.get(pk=one_serves.pk).plan
    plan.mailbox_limit = 2
    plan.save()
    delete("d")
    bring_back()
    assert names_in("active") == "a b c"


class TestPool:
    """The plan of harbour, a reseller, is the pool of acme and of itself."""

    @pytest.fixture
    def clients(self, domain, harbour, new_plan):
        """A day each: a0 (acme), h1 (harbour), a2, h3; then the pool shrinks to one."""
        own = make_domain(harbour, "harbour.test")
        domain = Domain.objects.get(pk=domain.pk)
        fill_with(domain, "a0", "a1", "a2")
        fill_with(own, "h0", "h1", "h2", "h3")
        delete("a1", "h0", "h2")
        to(harbour, new_plan(1, name="Tiny pool"), block_excess=True)
        return harbour

    def test_the_newest_of_all_are_blocked(self, clients):
        assert (names_in("active"), names_in("blocked")) == ("a0", "h1 a2 h3")

    def test_each_account_is_told_of_its_own(self, clients, acme):
        told = Alert.objects.filter(kind="mailboxes_blocked").values_list("account", "facts")
        assert dict(told) == {acme.pk: {"blocked": 1}, clients.pk: {"blocked": 2}}

    def test_a_client_cannot_bring_back_what_the_pool_has_no_room_for(self, clients, acme):
        with pytest.raises(Refused, match="Your reseller's own plan is full"):
            by_hand(acme)

    def test_the_oldest_of_all_come_back_when_it_has_room_again(self, clients, new_plan):
        to(clients, new_plan(3, name="Larger pool"))
        assert (names_in("active"), names_in("blocked")) == ("a0 h1 a2", "h3")

    def test_also_when_a_neighbour_deletes(self, clients):
        delete("a0")
        bring_back()
        assert (names_in("active"), names_in("blocked")) == ("h1", "a2 h3")

    def test_those_whose_account_waits_for_a_click_are_passed_over(self, clients):
        not_by_themselves(clients)
        delete("a0")
        bring_back()
        assert (names_in("active"), names_in("blocked")) == ("a2", "h1 h3")

    def test_a_clients_own_plan_counts_too(self, clients, acme, new_plan):
        to(acme, new_plan(1, owner=clients))
        to(clients, new_plan(4, name="Larger pool"))
        assert (names_in("active"), names_in("blocked")) == ("a0 h1 h3", "a2")


@pytest.mark.django_db(transaction=True)
def test_who_creates_while_the_account_moves_down_takes_no_extra_place(acme, domain, new_plan):
    fill_with(domain, "a", "b", "c")
    plan = new_plan(2)
    domain = Domain.objects.get(pk=domain.pk)
    at_once(
        lambda: make_mailbox(domain, "x"),
        lambda: to(acme, plan, block_excess=True),
        lambda: make_mailbox(domain, "y"),
    )
    assert names_in("active") == "a b"


@pytest.mark.django_db(transaction=True)
def test_who_deletes_while_the_account_moves_down_queues_up_instead_of_deadlocking(
    acme, domain, new_plan, monkeypatch
):
    fill_with(domain, "a", "b", "c")
    plan, judging, preview = new_plan(1), Event(), moving.preview

    def slow_preview(*args):
        judging.set()  # the account is held, its mailboxes are not
        wait_until_somebody_waits_for_a_lock()
        return preview(*args)

    def delete_then():
        assert judging.wait(10)
        delete("c")

    monkeypatch.setattr(moving, "preview", slow_preview)
    assert at_once(lambda: to(acme, plan, block_excess=True), delete_then) == [None, None]
    assert (names_in("active"), names_in("blocked")) == ("a", "b")


@pytest.mark.django_db(transaction=True)
def test_a_plan_cannot_be_deleted_while_somebody_moves_to_it(acme, domain, new_plan, monkeypatch):
    plan, judging, preview = new_plan(1), Event(), moving.preview

    def slow_preview(*args):
        judging.set()
        wait_until_somebody_waits_for_a_lock()
        return preview(*args)

    def delete_it():
        assert judging.wait(10)
        delete_plan(plan=plan, actor=Actor.system(acme))

    monkeypatch.setattr(moving, "preview", slow_preview)
    moved, refused = at_once(lambda: to(acme, plan), delete_it)
    assert (moved, str(refused)) == (None, "A plan in use cannot be deleted, only retired.")


@pytest.mark.django_db(transaction=True)
def test_two_clients_cannot_share_the_last_place_of_the_pool(
    acme, domain, harbour, new_plan, monkeypatch
):
    other = Account.objects.create(
        name="Other", slug="other", plan=new_plan(), reseller=harbour, blocked_return=False
    )
    not_by_themselves(acme)
    for each in (Domain.objects.get(pk=domain.pk), make_domain(other, "other.test")):
        fill_with(each, "box")
    to(harbour, new_plan(0, name="No pool"), block_excess=True)
    to(harbour, new_plan(1, name="Tiny pool"))
    places = blocking.places

    def slow_places(account):
        found = places(account)
        time.sleep(0.5)  # without a lock the other one counts in between
        return found

    monkeypatch.setattr(blocking, "places", slow_places)
    outcomes = at_once(lambda: by_hand(acme), lambda: by_hand(other))
    assert {type(outcome) for outcome in outcomes} == {int, Refused}
    assert names_in("active") == "box"


def wait_until_somebody_waits_for_a_lock():
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited")


def test_however_many_there_are_one_statement_blocks_them(acme, domain, new_plan):
    fill_with(domain, *(f"n{number}" for number in range(300)))
    with CaptureQueriesContext(connection) as queries:
        to(acme, new_plan(10), block_excess=True)
    changes = [each["sql"] for each in queries if "UPDATE mailboxes_mailbox" in each["sql"]]
    assert len(changes) == 2  # those to block, and those to bring back
    assert Mailbox.objects.filter(state="blocked").count() == 290
