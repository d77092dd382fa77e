"""Two accounts claim one name: the first to prove it wins, the other is told."""

import pytest

from accounts.audit import Actor
from domains.activation import activate
from domains.dns.findings import State
from domains.models import Domain
from domains.verification import record
from mailboxes.removal import remove_domain
from notifications.models import Alert
from tests.concurrency import at_once
from tests.conftest import make_domain
from tests.domains.findings import found


@pytest.fixture
def elsewhere(charlie):
    return charlie.memberships.get().account


@pytest.fixture
def rival(elsewhere):
    return make_domain(elsewhere, "acme.test", proved=False)


def prove(domain) -> bool:
    return activate(domain=domain, method="test", actor=Actor.system(domain.account))


def kinds(account) -> list[str]:
    return sorted(account.alerts.values_list("kind", flat=True))


def test_anybody_may_claim_a_name_that_is_claimed(pending, rival):
    assert Domain.objects.filter(name="acme.test").count() == 2


def test_the_first_to_prove_wins_and_the_other_is_told(acme, elsewhere, pending, rival):
    assert prove(rival)
    assert kinds(elsewhere) == ["domain_active"]
    assert kinds(acme) == ["claim_lost"]


def test_a_later_proof_is_refused_and_told_once(acme, pending, rival):
    prove(rival)
    assert not prove(pending)
    record([(pending, found(proof_a=State.OK))])
    pending.refresh_from_db()
    assert pending.status == Domain.Status.PENDING
    assert kinds(acme) == ["claim_lost"]


def test_a_claim_on_a_proved_name_stays_pending(domain, rival):
    record([(rival, found(proof_txt=State.OK))])
    rival.refresh_from_db()
    assert (rival.status, rival.proved_at) == (Domain.Status.PENDING, None)


def test_the_loser_in_a_batch_does_not_hold_up_the_others(domain, rival, elsewhere):
    other = make_domain(elsewhere, "other.test", proved=False)
    record([(rival, found(proof_a=State.OK)), (other, found(proof_a=State.OK))])
    other.refresh_from_db()
    assert other.status == Domain.Status.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_of_two_proofs_at_once_one_wins(acme, elsewhere, pending, rival):
    outcomes = at_once(lambda: prove(pending), lambda: prove(rival))
    assert sorted(outcomes) == [False, True]
    assert Domain.objects.filter(name="acme.test", status="active").count() == 1
    assert Alert.objects.filter(kind="claim_lost").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_proof_recorded_twice_at_once_is_told_once(acme, pending):
    assert sorted(at_once(lambda: prove(pending), lambda: prove(pending))) == [False, True]
    assert kinds(acme) == ["domain_active"]


def test_the_name_is_free_when_its_holder_goes(domain, rival, actor):
    remove_domain(domain=domain, actor=actor)
    assert prove(rival)


def test_the_former_holder_is_not_bothered_any_more(acme, domain, rival, actor):
    remove_domain(domain=domain, actor=actor)
    prove(rival)
    assert "claim_lost" not in kinds(acme)


def test_a_sub_domain_of_another_tenants_domain_needs_its_own_proof(
    domain, elsewhere, client, charlie
):
    below = make_domain(elsewhere, "sub.acme.test", proved=False)
    assert not below.served
    client.force_login(charlie)
    assert "acme.test" in client.get(below.get_absolute_url()).context["parent"]
    assert prove(below)


def test_the_loser_reads_why_on_the_page(domain, rival, client, charlie):
    client.force_login(charlie)
    assert client.get(rival.get_absolute_url()).context["rival"]
