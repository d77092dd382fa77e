"""An account is removed: at once for people, and wholly, whatever happens on the way."""

from contextlib import suppress

import pytest
from django.conf import settings as configured
from django.utils import timezone

from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Invitation, Membership, Plan, Role, User
from domains.models import Domain
from domains.services import add_domain
from kuploy.errors import Refused
from mailboxes import doveadm
from mailboxes.models import HostJob, Mailbox
from mailboxes.tasks import do_host_jobs
from notifications.models import Alert, Channel, Delivery
from notifications.services import raise_alert
from plans import closing, tasks
from plans.billing import snapshots
from plans.models import Snapshot
from plans.removal import remove_account
from quotas.models import Level, Total, Usage
from quotas.settlement import settle_all, sum_up
from tests.concurrency import at_once
from tests.conftest import make_alias, make_domain, make_mailbox


@pytest.fixture
def full(acme, harbour, domain, mailbox, alice):
    """Acme, a client of Harbour's, with one of everything."""
    make_domain(acme, "second.test")
    make_domain(acme, "mirror.test", alias_of=domain)
    make_domain(acme, "claimed.test", proved=False)
    make_alias(domain, "team", "x@example.test")
    Channel.objects.create(account=acme, transport="webhook", address="https://hooks.example/")
    Invitation.objects.create(account=acme, email="d@e.test", role=Role.VIEWER)
    raise_alert(
        account=acme, kind=Alert.Kind.DOMAIN_ACTIVE, facts={"domain": "acme.test"}, dedup_key="one"
    )
    Usage.objects.create(
        username=mailbox.address, bytes=2**30, messages=3, updated_at=timezone.now()
    )
    settle_all()
    return acme


@pytest.fixture
def by(harbour, alice):
    return Actor(harbour, alice, "192.0.2.1")


@pytest.fixture
def mail_host(monkeypatch):
    """`mail_host()` does what the mail host is owed; no mail lies anywhere."""
    monkeypatch.setattr(doveadm, "kick", lambda _address: None)
    monkeypatch.setattr(doveadm, "remove_mail", lambda _home: None)
    return lambda: do_host_jobs(configured.MAIL_HOST)


@pytest.fixture
def worker(monkeypatch):
    """What is handed to the workers is done at once; as there, a task that fails only fails."""

    def do(args, **_options):
        with suppress(Exception):
            tasks.finish_removal(*args)

    monkeypatch.setattr(tasks.finish_removal, "apply_async", do)


def finish_removals():
    for pk in Account.objects.exclude(removed_at=None).values_list("pk", flat=True):
        closing.go_on(pk)


def fresh(account):
    return Account.objects.get(pk=account.pk)


def test_it_is_closed_at_once(as_alice, full, by, queued):
    with queued() as jobs:
        remove_account(account=fresh(full), actor=by)
    assert jobs == [("plans.tasks.finish_removal", str(full.pk))]
    assert as_alice.get(full.get_absolute_url()).status_code == 404


def test_its_webhooks_and_mails_end_at_once(full, by):
    assert Delivery.objects.due().exists()
    remove_account(account=fresh(full), actor=by)
    channels = Channel.objects.filter(account=full)
    assert set(channels.values_list("state", flat=True)) == {"disabled"}
    assert not Channel.objects.filter(account=full).ready().exists()


def test_in_the_end_nothing_is_left(full, by, mail_host):
    remove_account(account=fresh(full), actor=by)
    finish_removals()
    assert set(Mailbox.objects.values_list("state", flat=True)) == {"deleting"}
    assert not Domain.objects.exclude(status="removing").exists()
    mail_host()
    finish_removals()
    assert not Account.objects.filter(pk=full.pk).exists()
    for model in (Domain, Mailbox, Alert, Delivery, Invitation, Total, Usage):
        assert not model.objects.exists(), model
    assert not Channel.objects.filter(account=full.pk).exists()
    sum_up()
    assert not Level.objects.filter(account_id=full.pk).exists()


def test_what_was_done_stays_with_the_reseller(full, harbour, by, mail_host):
    before = full.audit_events.count()
    gone(full, by, mail_host)
    assert harbour.audit_events.filter(client_name="Acme").count() > before
    removed = harbour.audit_events.get(action="account.removed")
    assert removed.sentence == "Removed the account Acme with all its mail"
    assert removed.actor_name == "alice@example.test"


def test_without_a_reseller_it_stays_with_the_provider(acme, domain, actor, mail_host):
    gone(acme, actor, mail_host)
    assert set(AuditEvent.objects.values_list("account", "client_name")) == {(None, "Acme")}


def test_one_that_cannot_be_removed_holds_up_no_other(full, by, mail_host, new_plan, worker):
    first = Account.objects.create(name="First", slug="first", plan=new_plan())
    # Nothing does this; but if ever something did, somebody would have to look at one account.
    Account.objects.create(name="Other", slug="other", plan=new_plan(owner=first))
    for account in (first, fresh(full)):
        remove_account(account=account, actor=by)
    for _round in range(2):
        tasks.finish_removals()
        mail_host()
    tasks.finish_removals()
    assert Account.objects.filter(pk=first.pk).exists()
    assert not Account.objects.filter(pk=full.pk).exists()


def gone(account, actor, mail_host):
    remove_account(account=fresh(account), actor=actor)
    finish_removals()
    mail_host()
    finish_removals()
    assert not Account.objects.filter(pk=account.pk).exists()


def test_its_names_are_free_at_once(full, by, charlie):
    remove_account(account=fresh(full), actor=by)
    finish_removals()
    elsewhere = Account.objects.get(memberships__user=charlie)
    assert make_domain(elsewhere, "second.test").proved_at


def test_what_was_invoiced_stays_and_nothing_is_added(full, by, mail_host):
    snapshots.take()
    assert Snapshot.objects.filter(account_id=full.pk).exists()
    gone(full, by, mail_host)
    assert Snapshot.objects.filter(account_id=full.pk).exists()


def test_on_the_days_after_it_is_not_invoiced(full, by):
    remove_account(account=fresh(full), actor=by)
    snapshots.take()
    assert not Snapshot.objects.filter(account_id=full.pk).exists()
    assert Snapshot.objects.exists()


def test_its_place_in_the_pool_is_free_before_the_mail_is_gone(full, by, harbour):
    remove_account(account=fresh(full), actor=by)
    finish_removals()
    left = fresh(full)
    assert (left.domain_count, left.mailbox_count, left.alias_count) == (0, 0, 0)


class Killed(Exception):
    pass


@pytest.mark.parametrize("step", ["remove_domain", "be_quiet", "_forget", "_move_trail"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_is_killed_leaves_nothing_undone(
    full, by, mail_host, monkeypatch, step, when
):
    remove_account(account=fresh(full), actor=by)
    work = getattr(closing, step)

    deaths = []

    def die(*args, **kwargs):
        deaths.append(step)
        if when == "after":
            work(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(closing, step, die)
        for _try in range(3):
            with suppress(Killed):
                finish_removals()
            mail_host()
    assert deaths
    for _round in range(2):
        finish_removals()
        mail_host()
    assert not Account.objects.filter(pk=full.pk).exists()


def test_it_waits_for_a_mail_host_that_is_away(full, by, mail_host, monkeypatch):
    def away(_home):
        raise doveadm.HostError("Dovecot does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(doveadm, "remove_mail", away)
        remove_account(account=fresh(full), actor=by)
        Channel.objects.create(account=full, transport="webhook", address="https://late.example/")
        finish_removals()
        mail_host()
        finish_removals()
    assert Account.objects.filter(pk=full.pk).exists()
    assert not Channel.objects.filter(account=full).ready().exists()
    HostJob.objects.update(due_at=timezone.now())
    mail_host()
    finish_removals()
    assert not Account.objects.filter(pk=full.pk).exists()


def test_twice_is_refused(acme, actor):
    remove_account(account=fresh(acme), actor=actor)
    with pytest.raises(Refused, match="is being removed already"):
        remove_account(account=fresh(acme), actor=actor)


def test_a_reseller_with_clients_stays(acme, harbour, by):
    with pytest.raises(Refused, match="Harbour has clients"):
        remove_account(account=fresh(harbour), actor=by)


def test_a_reseller_goes_with_its_plans_once_its_clients_are_gone(full, harbour, by, mail_host):
    Plan.objects.create(name="Own", owner=harbour)
    remove_account(account=fresh(full), actor=by)
    with pytest.raises(Refused, match="Harbour has clients"):
        remove_account(account=fresh(harbour), actor=by)
    finish_removals()
    mail_host()
    finish_removals()
    gone(harbour, by, mail_host)
    assert not Plan.objects.filter(name="Own").exists()


def test_the_provider_stays(acme, actor):
    Account.objects.filter(pk=acme.pk).update(kind="provider")
    with pytest.raises(Refused, match="The account of the provider stays"):
        remove_account(account=fresh(acme), actor=actor)


def test_people_who_were_in_it_can_still_sign_in(full, by, mail_host, client):
    dora = User.objects.create_user("dora@example.test")
    Membership.objects.create(user=dora, account=full, role=Role.OWNER)
    gone(full, by, mail_host)
    client.force_login(dora)
    assert "You are in no account yet" in client.get("/").text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", ["mailbox", "domain", "webhook", "accept"])
def test_who_works_in_it_at_that_moment_leaves_nothing_behind(full, by, mail_host, alice, work):
    own = Actor(full, alice)
    domain = full.domains.get(name="second.test")
    acts = {
        "mailbox": lambda: make_mailbox(domain, "late"),
        "domain": lambda: add_domain(account=fresh(full), name="late.test", actor=own),
        "webhook": lambda: Channel.objects.create(
            account=full, transport="webhook", address="https://late.example/"
        ),
        "accept": lambda: Membership.objects.create(
            account=full, user=User.objects.create_user("late@example.test"), role=Role.OWNER
        ),
    }
    outcomes = at_once(lambda: remove_account(account=fresh(full), actor=by), acts[work])
    assert outcomes[0] is None
    if isinstance(outcomes[1], Exception):
        assert "Acme is being removed." in str(outcomes[1])
    for _round in range(2):
        finish_removals()
        mail_host()
    assert not Account.objects.filter(pk=full.pk).exists()
    assert not Channel.objects.filter(address="https://late.example/").exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_not_disturb_each_other(full, by, mail_host):
    remove_account(account=fresh(full), actor=by)
    assert at_once(finish_removals, finish_removals) == [None, None]
    mail_host()
    assert at_once(finish_removals, finish_removals) == [None, None]
    assert not Account.objects.filter(pk=full.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_removes_it(full, by):
    outcomes = at_once(*[lambda: remove_account(account=fresh(full), actor=by)] * 2)
    assert {type(outcome) for outcome in outcomes} == {type(None), Refused}
    assert AuditEvent.objects.filter(action="account.removed").count() == 1


@pytest.mark.parametrize("part", ["account", "domain", "mailbox"])
def test_what_the_provider_has_suspended_only_the_provider_removes(full, by, part, superuser):
    row = {"account": full, "domain": full.domains.first(), "mailbox": Mailbox.objects.first()}[
        part
    ]
    type(row).objects.filter(pk=row.pk).update(provider_step=10, provider_reason="Spam")
    with pytest.raises(Refused, match="Ask them to end that first"):
        remove_account(account=fresh(full), actor=by)
    remove_account(account=fresh(full), actor=Actor(full, superuser))
    assert fresh(full).removed_at


def test_what_its_reseller_has_suspended_goes_as_well(full, by, mail_host):
    Account.objects.filter(pk=full.pk).update(reseller_step=30, reseller_reason="Unpaid")
    gone(full, by, mail_host)


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("provider@example.test")
