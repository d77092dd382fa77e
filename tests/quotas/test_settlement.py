"""Levels move at 80, 95 and 100 % going up and below 75 % going down; each move is one alert."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account, Role
from accounts.room import Countable, claim_room
from accounts.services import change_role
from mailboxes.models import HostJob, Mailbox
from mailboxes.removal import remove_domain
from notifications.models import Alert
from quotas.models import Change, Level, Total, Usage
from quotas.settlement import settle, settle_all, sum_up
from tests.concurrency import at_once
from tests.conftest import GB, make_domain, make_mailbox


def fill(mailbox, percent, messages=0):
    """As Dovecot writes it."""
    used = -(-mailbox.quota_bytes * percent // 100)
    usage = {"bytes": used, "messages": messages, "updated_at": timezone.now()}
    Usage.objects.update_or_create(username=mailbox.address, defaults=usage)


@pytest.fixture
def told(mailbox):
    """Kinds of alerts about the mailbox since the last look, after a settlement."""
    seen = set()

    def told(settlement=settle):
        settlement()
        alerts = Alert.objects.filter(facts__address=mailbox.address).exclude(pk__in=seen)
        kinds = list(alerts.order_by("pk").values_list("kind", flat=True))
        seen.update(alerts.values_list("pk", flat=True))
        return kinds

    return told


def test_each_step_up_is_told(mailbox, told):
    for percent, kinds in [(79, []), (80, ["quota_80"]), (95, ["quota_95"]), (100, ["quota_100"])]:
        fill(mailbox, percent)
        assert told() == kinds


@pytest.mark.parametrize(("percent", "kind"), [(96, "quota_95"), (130, "quota_100")])
def test_a_jump_over_several_steps_tells_the_highest(mailbox, told, percent, kind):
    fill(mailbox, percent)
    assert told() == [kind]


def test_a_drop_from_full_to_empty_is_one_back_to_normal(mailbox, told):
    fill(mailbox, 100)
    told()
    fill(mailbox, 10)
    assert told() == ["quota_normal"]
    alert = Alert.objects.get(kind="quota_normal")
    assert alert.facts["crossed"] == 75
    assert (alert.domain_id, alert.account_id) == (mailbox.domain_id, mailbox.account_id)


def test_between_75_and_80_nothing_flips(mailbox, told):
    for percent, kinds in [(78, []), (81, ["quota_80"]), (75, []), (79, []), (81, [])]:
        fill(mailbox, percent)
        assert told() == kinds
    fill(mailbox, 74)
    assert told() == ["quota_normal"]
    fill(mailbox, 80)
    assert told() == ["quota_80"]  # another crossing, another alert


def test_what_hovers_around_a_step_is_told_once(mailbox, told):
    fill(mailbox, 96)
    assert told() == ["quota_95"]
    for percent in (94, 96, 85, 97):
        fill(mailbox, percent)
        assert told() == []


def test_messages_are_watched_beside_space(mailbox, told):
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_messages=100)
    fill(mailbox, 81, messages=99)
    assert sorted(told()) == ["quota_80", "quota_95"]
    alert = Alert.objects.get(kind="quota_95")
    assert alert.facts["metric"] == "messages"
    assert "99 of 100 messages" in alert.body


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_size_that_changes_is_judged_too(mailbox, told, actor, by_hand):
    fill(mailbox, 40)
    assert told() == []
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_bytes=GB // 2)
    assert told() == ["quota_80"]
    Mailbox.objects.filter(pk=mailbox.pk).update(quota_bytes=GB)
    assert told() == ["quota_normal"]


def test_a_change_that_was_not_noted_is_found_by_the_full_settlement(mailbox, told):
    fill(mailbox, 90)
    Change.objects.all().delete()
    assert told() == []
    assert told(settle_all) == ["quota_80"]
    assert told(settle_all) == []


def test_a_limit_beyond_all_disks_holds_up_nobody(domain, mailbox, told):
    endless = make_mailbox(domain, "endless")
    Mailbox.objects.filter(pk=endless.pk).update(quota_bytes=2**63 - 1)
    fill(mailbox, 85)
    Usage.objects.create(
        username=endless.address, bytes=2**62, messages=1, updated_at=timezone.now()
    )
    assert told() == ["quota_80"]
    assert told(settle_all) == []


def test_a_usage_row_that_is_gone_counts_as_empty(mailbox, told):
    fill(mailbox, 90)
    told()
    Usage.objects.filter(username=mailbox.address).delete()
    assert told() == ["quota_normal"]


def test_a_deleted_mailbox_says_nothing_and_its_level_goes(mailbox, told):
    fill(mailbox, 90)
    told()
    Mailbox.objects.filter(pk=mailbox.pk).update(state="deleting")
    fill(mailbox, 10)
    assert told() == []
    mailbox.delete()
    sum_up()
    assert not Level.objects.filter(subject=mailbox.pk).exists()


def test_a_settlement_takes_what_was_noted(mailbox):
    settle()
    fill(mailbox, 10)
    assert settle() == 1
    assert settle() == 0


@pytest.mark.django_db(transaction=True)
def test_many_that_settle_at_once_tell_it_once(mailbox):
    fill(mailbox, 90)
    at_once(settle, settle_all, sum_up, settle)
    settle()
    assert Alert.objects.filter(kind="quota_80").count() == 1


def test_the_sums_of_a_domain_follow(domain, mailbox):
    other = make_mailbox(domain, "other")
    fill(mailbox, 50, messages=3)
    fill(other, 25, messages=4)
    settle()
    assert sums(domain) == (GB * 3 // 4, 7)
    fill(other, 0, messages=1)
    Usage.objects.filter(username=mailbox.address).delete()
    settle()
    assert sums(domain) == (0, 1)


def test_sums_that_drifted_are_put_right(domain, mailbox):
    fill(mailbox, 50)
    settle()
    Total.objects.update(bytes=1)
    fill(mailbox, 60)
    sum_up()
    assert sums(domain) == (-(-mailbox.quota_bytes * 60 // 100), 0)
    assert settle() == 0  # what the sums hold already is not added again


def test_changes_that_were_summed_up_are_judged_too(mailbox, told):
    fill(mailbox, 90)
    assert told(sum_up) == ["quota_80"]


def test_a_sum_goes_to_zero_with_its_last_mailbox(domain, mailbox):
    fill(mailbox, 50)
    settle()
    Usage.objects.all().delete()
    Change.objects.all().delete()
    sum_up()
    assert sums(domain) == (0, 0)


def sums(domain):
    return Total.objects.values_list("bytes", "messages").get(domain_id=domain.pk)


def test_the_user_of_the_mailbox_is_owed_a_warning_on_the_way_up(mailbox, told):
    for percent in (85, 96, 100, 10):
        fill(mailbox, percent)
        told()
    jobs = HostJob.objects.filter(kind="warn").order_by("pk")
    assert [job.facts["crossed"] for job in jobs] == [80, 95, 100]
    job = jobs[0]
    assert (job.host, job.address, job.home) == (mailbox.host, mailbox.address, mailbox.home)
    assert (job.mailbox_id, job.facts["limit"]) == (mailbox.pk, GB)


def test_nobody_reads_a_disabled_mailbox(mailbox, told):
    Mailbox.objects.filter(pk=mailbox.pk).update(state="disabled")
    fill(mailbox, 96)
    assert told() == ["quota_95"]
    assert not HostJob.objects.filter(kind="warn").exists()


def plan_alerts(account):
    settle()
    alerts = Alert.objects.filter(account=account, kind="plan_limit").order_by("pk")
    return [(a.facts["metric"], a.facts["crossed"]) for a in alerts]


def test_the_plan_is_served_by_the_same_machine(domain, plan):
    plan.mailbox_limit = 5
    plan.save()
    assert plan_alerts(domain.account) == []
    boxes = [make_mailbox(domain, f"box{n}") for n in range(4)]
    assert plan_alerts(domain.account) == [("mailboxes", 80)]
    make_mailbox(domain, "last")
    assert plan_alerts(domain.account)[1:] == [("mailboxes", 100)]
    for box in boxes[:2]:
        box.delete()
    assert plan_alerts(domain.account)[2:] == [("mailboxes", 75)]


def test_a_smaller_plan_is_noticed(domain, plan):
    make_mailbox(domain)
    plan.mailbox_limit, plan.alias_limit = 1, 0
    plan.save()
    assert plan_alerts(domain.account) == [("mailboxes", 100)]


def test_without_a_limit_nothing_fills(domain, plan):
    plan.mailbox_limit = None
    plan.save()
    make_mailbox(domain)
    assert plan_alerts(domain.account) == []


def test_clients_fill_their_resellers_pool(plan, acme):
    pool = type(plan).objects.create(name="Pool", mailbox_limit=2)
    reseller = Account.objects.create(name="R", slug="r", kind="reseller", plan=pool)
    Account.objects.filter(pk=acme.pk).update(reseller=reseller)
    acme.refresh_from_db()
    domain = make_domain(acme, "client.test")
    make_mailbox(domain, "one")
    assert plan_alerts(reseller) == []
    make_mailbox(domain, "two")
    assert plan_alerts(reseller) == [("mailboxes", 100)]
    assert plan_alerts(acme) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "work",
    [
        lambda acme, actor: claim_room(acme, Countable.MAILBOX),
        lambda acme, actor: remove_domain(domain=make_domain(acme, "old.test"), actor=actor),
        lambda acme, actor: change_role(
            membership=acme.memberships.get(role=Role.VIEWER), role=Role.MANAGER, domain_ids=[],
            actor=actor,
        ),
    ],
)  # fmt: skip
def test_long_work_on_one_account_holds_up_no_alert(acme, actor, mailbox, work):
    settle()
    fill(mailbox, 85)

    def settle_meanwhile():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return settle()

    with transaction.atomic():
        work(acme, actor)
        assert at_once(settle_meanwhile) == [1]
    assert Alert.objects.filter(kind="quota_80").count() == 1
