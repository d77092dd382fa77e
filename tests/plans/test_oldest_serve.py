"""Whatever happens to an account: the oldest mailboxes serve, as many as its plan holds."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from plans.moving import DoesNotFit
from plans.tasks import bring_back
from tests.plans.conftest import LONG_AGO, fill_with
from tests.plans.test_blocking import by_hand, delete
from tests.plans.test_moving import to

MOST = 6
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.one_of(st.none(), st.integers(0, MOST)), st.booleans()),
        st.tuples(st.just("create")),
        st.tuples(st.just("delete"), st.integers(0, MOST)),
        st.tuples(st.just("switch"), st.integers(0, MOST)),
        st.tuples(st.just("bring back")),
    ),
    max_size=12,
)


class World:
    """One account, and beside it what a person would expect of it."""

    def __init__(self, account, domain, new_plan, by_itself):
        self.account, self.domain, self.new_plan = account, domain, new_plan
        self.by_itself, self.limit, self.numbers = by_itself, None, count()
        Account.objects.filter(pk=account.pk).update(blocked_return=by_itself)
        self.states: dict[str, str] = {}  # as their owner wants it, the oldest first
        self.blocked: set[str] = set()
        to(account, new_plan())
        for _each in range(4):
            self.create()

    def move(self, limit, block):
        beyond = set(list(self.states)[limit:]) if limit is not None else set()
        try:
            to(self.account, self.new_plan(limit), block_excess=block)
        except DoesNotFit:
            assert beyond - self.blocked
            assert not block
            return
        assert block or not beyond - self.blocked
        self.limit = limit
        self.blocked |= beyond
        self.let_back(self.by_itself)

    def create(self):
        if self.limit is None or len(self.states) < self.limit:
            number = next(self.numbers)
            name, day = f"n{number:03}", LONG_AGO + timedelta(number)
            fill_with(Domain.objects.get(pk=self.domain.pk), name, created_at=day)
            self.states[name] = "active"

    def delete(self, place):
        if name := self.at(place):
            delete(name)
            del self.states[name]
            self.blocked.discard(name)
            bring_back()
            self.let_back(self.by_itself)

    def switch(self, place):
        """Its owner disables it or enables it; a blocked one cannot be switched."""
        name = self.at(place)
        if name and name not in self.blocked:
            state = "disabled" if self.states[name] == "active" else "active"
            Mailbox.objects.filter(local_part=name).update(state=state)
            self.states[name] = state

    def bring_back(self):
        before = set(self.blocked)
        self.let_back(True)
        try:
            assert by_hand(self.account) == len(before - self.blocked) > 0
        except Refused:
            assert before == self.blocked

    def let_back(self, allowed):
        if allowed:
            self.blocked = set(list(self.states)[self.limit :]) if self.limit is not None else set()

    def at(self, place):
        return dict(enumerate(self.states)).get(place)

    def check(self):
        found = Mailbox.objects.filter(counted=True).values_list("local_part", "state")
        assert dict(found) == {
            name: "blocked" if name in self.blocked else state
            for name, state in self.states.items()
        }
        serving = self.states.keys() - self.blocked
        if self.limit is not None:
            assert serving <= set(list(self.states)[: self.limit])


@pytest.mark.parametrize("by_itself", [True, False])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_oldest_serve(acme, domain, new_plan, by_itself, steps):
    with transaction.atomic():
        world = World(acme, domain, new_plan, by_itself)
        for name, *values in steps:
            getattr(world, name.replace(" ", "_"))(*values)
            world.check()
        transaction.set_rollback(True)
