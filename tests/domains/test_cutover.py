"""Taking mail before the MX records point here: on a fresh proof, and for a while only."""

from datetime import timedelta

import pytest
from django.utils import timezone

from domains import cutover
from domains.models import Domain
from kuploy.errors import Refused
from notifications.models import Alert
from tests.conftest import make_domain


@pytest.fixture
def early(acme, actor):
    """A proved domain whose MX is elsewhere, taken here already."""
    domain = make_domain(acme, "early.test")
    Domain.objects.filter(pk=domain.pk).update(mx_here=False)
    cutover.set_deliver_here(domain=domain, on=True, actor=actor)
    domain.refresh_from_db()
    return domain


def test_it_takes_mail_at_once(early):
    assert early.local


def test_an_old_proof_is_not_enough(domain, actor):
    domain.proved_at = timezone.now() - timedelta(days=31)
    with pytest.raises(Refused, match="too long ago"):
        cutover.set_deliver_here(domain=domain, on=True, actor=actor)


def test_it_ends_by_itself_and_says_so(early, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=15))
    cutover.end_what_is_over([early.pk])
    cutover.end_what_is_over([early.pk])
    early.refresh_from_db()
    assert not early.local
    assert Alert.objects.filter(kind=Alert.Kind.DELIVER_HERE_ENDED).count() == 1


def test_it_lasts_two_weeks(early, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=13))
    cutover.end_what_is_over([early.pk])
    early.refresh_from_db()
    assert early.local
