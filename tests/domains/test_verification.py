from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Suspension
from domains import verification
from domains.dns.findings import Kind, State
from domains.models import Domain, RecordCheck
from domains.tasks import check_domain, sweep_checks
from mailboxes.models import Mailbox
from tests.concurrency import at_once
from tests.conftest import make_domain
from tests.domains.findings import found

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def record(domain, findings):
    """As a worker does: the row is read, looked up, recorded; and read again to be judged."""
    verification.record([(Domain.objects.get(pk=domain.pk), findings)])
    return Domain.objects.get(pk=domain.pk)


def check_of(domain, kind) -> RecordCheck:
    return domain.record_checks.get(kind=kind)


def test_each_finding_is_kept_with_what_and_where(domain):
    record(domain, found(spf=State.WRONG))
    spf = check_of(domain, Kind.SPF)
    assert (spf.state, spf.found, spf.source) == ("wrong", ["x"], "ns1.example.net")
    assert spf.sentence == "spf is wrong"
    assert spf.checked_at


@pytest.mark.parametrize(
    ("kind", "state", "healthy"),
    [
        (Kind.SPF, State.OK, True), (Kind.SPF, State.WRONG, False),
        (Kind.DKIM, State.MISSING, False), (Kind.MX, State.WRONG, False),
        (Kind.DMARC, State.MISSING, False),
    ],
)  # fmt: skip
def test_a_domain_is_healthy_with_all_four(domain, kind, state, healthy):
    assert record(domain, found(**{kind: state})).healthy is healthy


def test_a_look_up_that_failed_leaves_the_last_verdict_and_says_so(domain):
    record(domain, found())
    before = check_of(domain, Kind.SPF)
    healthy = record(domain, found(spf=State.UNREACHABLE)).healthy
    spf = check_of(domain, Kind.SPF)
    assert healthy
    assert (spf.state, spf.sentence, spf.checked_at) == ("ok", "spf is ok", before.checked_at)
    assert spf.failure == "spf is unreachable"
    assert spf.failure_is_newer


def test_a_look_up_that_failed_makes_nothing_right_either(domain):
    record(domain, found(spf=State.WRONG))
    assert not record(domain, found(spf=State.UNREACHABLE)).healthy


def test_a_failed_look_up_beside_a_wrong_record_is_not_healthy(domain):
    record(domain, found())
    assert not record(domain, found(spf=State.UNREACHABLE, dkim=State.WRONG)).healthy


def test_a_name_server_that_is_away_turns_nothing_red(domain):
    record(domain, found())
    after = record(domain, found(State.UNREACHABLE))
    assert (after.healthy, after.mx_here) == (True, True)


def test_what_could_never_be_checked_is_not_a_verdict(domain):
    record(domain, found(State.UNREACHABLE))
    spf = check_of(domain, Kind.SPF)
    assert (spf.state, spf.checked_at) == ("unreachable", None)
    record(domain, found())
    spf.refresh_from_db()
    assert spf.state == "ok"
    assert not spf.failure_is_newer


def test_mx_that_comes_counts_at_once(domain):
    Domain.objects.filter(pk=domain.pk).update(mx_here=False)
    domain.refresh_from_db()
    assert record(domain, found()).local


def test_mx_that_goes_counts_after_a_day(domain):
    away = found(mx=State.WRONG)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert record(domain, away).mx_here
        clock.shift(DAY - HOUR)
        assert record(Domain.objects.get(), away).mx_here
        clock.shift(2 * HOUR)
        assert not record(Domain.objects.get(), away).mx_here
        assert not Domain.objects.get().local


def test_mx_that_comes_back_starts_the_day_anew(domain):
    away = found(mx=State.WRONG)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        record(domain, away)
        clock.shift(DAY - HOUR)
        record(Domain.objects.get(), found())
        clock.shift(HOUR)
        assert record(Domain.objects.get(), away).mx_here
        clock.shift(DAY - HOUR)
        assert record(Domain.objects.get(), away).mx_here


def test_mx_that_never_was_here_has_no_grace(pending):
    assert not record(pending, found(mx=State.WRONG)).mx_here


@pytest.mark.parametrize("proof", [Kind.PROOF_A, Kind.PROOF_TXT])
def test_a_proof_activates(pending, proof, acme):
    domain = record(pending, found(State.MISSING, **{proof: State.OK}))
    assert (domain.status, domain.served) == (Domain.Status.ACTIVE, True)
    assert domain.proved_at
    event = acme.audit_events.get(action="domain.proved")
    assert (event.actor_name, event.details) == ("Kuploy", {"method": proof})


@pytest.mark.parametrize("state", [State.WRONG, State.MISSING, State.UNREACHABLE])
def test_without_a_proof_it_stays_pending(pending, state):
    domain = record(pending, found(proof_a=state, proof_txt=state))
    assert (domain.status, domain.local) == (Domain.Status.PENDING, False)


def test_a_proved_domain_has_a_postmaster(pending):
    record(pending, found(proof_a=State.OK))
    box = Mailbox.objects.get()
    assert (box.address, box.quota_bytes) == ("postmaster@acme.test", 50 * 2**20)
    assert box.domain_served


def test_a_proved_alias_domain_has_none(acme, domain):
    mirror = make_domain(acme, "mirror.test", proved=False, alias_of=domain)
    record(mirror, found(proof_a=State.OK))
    assert Mailbox.objects.count() == 1


def test_a_suspended_domain_stays_suspended(domain, actor):
    Domain.objects.filter(pk=domain.pk).update(provider_step=Suspension.NO_MAIL)
    domain.refresh_from_db()
    after = record(domain, found(proof_a=State.OK))
    assert after.suspension == Suspension.NO_MAIL


def test_a_domain_removed_meanwhile_does_not_fail_the_others(domain, acme):
    gone = make_domain(acme, "gone.test", proved=False)
    results = [(gone, found(proof_a=State.OK)), (domain, found())]
    Domain.objects.filter(pk=gone.pk).delete()
    verification.record(results)
    assert check_of(domain, Kind.MX).state == "ok"


def next_pause(domain) -> timedelta:
    return domain.next_check_at - timezone.now()


def test_a_pending_domain_is_checked_often_then_ever_more_rarely(pending):
    missing = found(State.MISSING, proof_a=State.MISSING)
    with time_machine.travel(pending.created_at, tick=False) as clock:
        pauses = []
        for age in (timedelta(0), HOUR, DAY, 30 * DAY):
            clock.move_to(pending.created_at + age)
            pauses.append(next_pause(record(pending, missing)))
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(minutes=2)
    assert timedelta(minutes=5) < pauses[1] < timedelta(minutes=10)
    assert timedelta(hours=19) < pauses[3] < timedelta(hours=29)


def test_a_healthy_domain_is_checked_daily(domain):
    assert timedelta(hours=19) < next_pause(record(domain, found())) < timedelta(hours=29)


@pytest.mark.parametrize("state", [State.UNREACHABLE, State.WRONG])
def test_while_something_is_undecided_it_is_looked_at_every_hour(domain, state):
    """A look-up that failed, or an MX that has just gone."""
    Domain.objects.filter(pk=domain.pk).update(proved_at=timezone.now() - 100 * DAY)
    record(domain, found())
    assert next_pause(record(domain, found(mx=state))) < 1.3 * HOUR


def test_many_domains_do_not_come_back_together(domain):
    pauses = {verification._next_check(domain, True, verification.LATEST) for _turn in range(50)}
    assert len(pauses) == 50
    assert max(pauses) - min(pauses) > timedelta(hours=2)


@pytest.fixture
def looked_up(monkeypatch):
    """The names that went to the DNS engine; every look-up finds all four records right."""
    asked = []

    async def check_many(wanted, _network):
        asked.extend(w.name for w in wanted)
        return [found() for _w in wanted]

    monkeypatch.setattr(verification, "check_many", check_many)
    return asked


def test_the_task_checks_one_domain(domain, looked_up):
    check_domain(str(domain.pk))
    assert looked_up == ["acme.test"]
    domain.refresh_from_db()
    assert domain.healthy


def test_the_task_for_a_domain_that_is_gone_does_nothing(db, looked_up):
    check_domain("00000000-0000-0000-0000-000000000000")
    assert looked_up == []


def test_proofs_are_looked_up_only_while_they_matter(acme, pending):
    assert verification._wanted(pending).kinds > verification.RECORDS
    active = make_domain(acme, "other.test")
    assert verification._wanted(active).kinds == verification.RECORDS


def test_the_sweep_checks_what_is_due_and_only_that(acme, looked_up):
    make_domain(acme, "due.test")
    later = make_domain(acme, "later.test")
    Domain.objects.filter(pk=later.pk).update(next_check_at=timezone.now() + HOUR)
    sweep_checks()
    assert looked_up == ["due.test"]


def test_a_domain_being_removed_is_not_looked_up(domain, looked_up):
    Domain.objects.filter(pk=domain.pk).update(status=Domain.Status.REMOVING, proved_at=None)
    sweep_checks()
    assert looked_up == []


def test_what_a_killed_worker_had_claimed_is_due_again(domain):
    assert verification.claim_due() == [str(domain.pk)]
    assert verification.claim_due() == []
    # The worker was killed here: nothing was recorded.
    Domain.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    assert verification.claim_due() == [str(domain.pk)]


def test_a_claim_ends_by_itself(domain):
    verification.claim_due()
    domain.refresh_from_db()
    assert timedelta(minutes=4) < next_pause(domain) <= verification.CLAIM_LASTS


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_domain(acme, monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 5)
    for number in range(10):
        Domain.objects.create(account=acme, name=f"n{number}.test")

    def claim_without_waiting():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            return verification.claim_due()

    with transaction.atomic():
        first = verification.claim_due()
        (second,) = at_once(claim_without_waiting)
    assert len(first) == len(second) == 5
    assert not set(first) & set(second)


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_record_the_same_domains_in_any_order(acme):
    domains = [Domain(account=acme, name=f"n{number}.test") for number in range(100)]
    results = [(domain, found()) for domain in Domain.objects.bulk_create(domains)]
    one, other = (partial(verification.record, rows) for rows in (results, results[::-1]))
    assert at_once(one, other, one, other) == [None] * 4
    assert RecordCheck.objects.count() == 400
