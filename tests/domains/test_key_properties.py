"""Whatever is clicked, checked and left alone, in any order: receivers can verify what is sent."""

from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.audit import Actor
from domains import cnames, key_zone, keys, renewal
from domains.dns.dkim import record as text_of
from domains.dns.findings import State
from domains.models import RECORD_STAYS, DkimKey, Domain, ZoneRecord
from domains.records import keys_to_publish, to_publish
from domains.tasks import renew_keys, tell_key_zone
from kuploy.errors import Refused
from tests.domains.test_renewal import check

PAUSES = {"an hour": timedelta(hours=1), "a week": timedelta(days=8), "a year": timedelta(days=366)}
CLICKS = (renewal.begin, renewal.give_up, cnames.choose, cnames.leave)


class World:
    """One domain, its customer, who publishes what the page asks for, and our zone."""

    def __init__(self, domain):
        self.domain, self.actor = domain, Actor.system(domain.account)
        self.zone, self.published = {}, {}
        self.publish()

    def hold(self, wanted):
        """What the name server does with our changes."""
        self.zone |= wanted

    def publish(self):
        rows = to_publish(Domain.objects.get(pk=self.domain.pk))
        self.published |= {row.host: (row.type, row.value) for row in rows}

    def click(self, act):
        with suppress(Refused):
            act(domain=self.domain, actor=self.actor)

    def check(self):
        asked = keys_to_publish(Domain.objects.get(pk=self.domain.pk))
        states = {str(kind): State.OK if self.sees(key) else State.MISSING for kind, key in asked}
        before = self.signing()
        check(self.domain, **states)
        after = self.signing()
        if after != before:
            assert self.sees(after)
            assert not after.target or key_zone.has_settled(after)

    def sees(self, key):
        """What a receiver finds, who looks up the key."""
        kind, value = self.published.get(key.host, ("", ""))
        if kind == "CNAME":
            value = self.zone.get(value, "") if value == key.target else ""
        return value == text_of(key.public_key)

    def signing(self):
        return self.domain.dkim_keys.in_use().get()

    def hurry(self):
        """All do what they should, at once."""
        self.publish()
        tell_key_zone()
        self.check()

    def get_on(self):
        """The same, and some time goes by."""
        self.hurry()
        self.let_pass(PAUSES["an hour"])
        self.check()

    def renew(self):
        self.click(renewal.begin)
        self.get_on()

    def night(self):
        renew_keys()
        tell_key_zone()

    def let_pass(self, time):
        DkimKey.objects.update(
            signs_since=F("signs_since") - time, replaced_at=F("replaced_at") - time
        )
        ZoneRecord.objects.update(published_at=F("published_at") - time, due_at=F("due_at") - time)

    def do(self, step):
        if step in PAUSES:
            self.let_pass(PAUSES[step])
        elif step in CLICKS:
            self.click(step)
        else:
            step(self)

    def hold_true(self):
        signing, everything = self.signing(), list(self.domain.dkim_keys.all())
        assert self.sees(signing)
        assert bytes(signing.private_key_encrypted)
        lately = timezone.now() - RECORD_STAYS
        before = [key for key in everything if key.replaced_at and key.replaced_at > lately]
        assert all(map(self.sees, before))
        assert not any(bytes(key.private_key_encrypted) for key in everything if key.replaced_at)
        assert sum(key.is_next for key in everything) <= 1
        assert sum(key.stands_by for key in everything) <= 1


WORLD = (World.publish, World.check, World.hurry, World.get_on, World.renew, World.night)
STEPS = (*CLICKS, *PAUSES, *WORLD)


@pytest.fixture
def pairs(monkeypatch):
    numbers = count()
    monkeypatch.setattr(
        keys, "new_key",
        lambda: DkimKey(public_key=f"AAA{next(numbers):05}", private_key_encrypted=b"x"),
    )  # fmt: skip


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(by_cnames=st.booleans(), steps=st.lists(st.sampled_from(STEPS), min_size=5, max_size=25))
def test_receivers_can_always_verify_what_is_sent(pairs, domain, monkeypatch, by_cnames, steps):
    with transaction.atomic():
        world = World(domain)
        monkeypatch.setattr(key_zone, "_primary", lambda: world)
        for step in [cnames.choose, World.get_on] * by_cnames + steps:
            world.do(step)
            world.hold_true()
        transaction.set_rollback(True)
