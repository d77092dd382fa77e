"""The provider's start page: the figures of the day."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from redis import Redis

from accounts.models import User
from domains.models import Domain, ZoneRecord
from domains.reports.models import Inbox
from kuploy import figures
from kuploy.queue import LATE_AFTER
from mailboxes import jobs
from mailboxes.models import HostJob
from notifications.models import Channel, Delivery
from plans.billing import snapshots
from quotas import hosts
from quotas.figures import PILE
from quotas.models import Change, HostTotal
from quotas.settlement import settle_all
from tests.admin.conftest import USED
from tests.conftest import GB, make_mailbox
from tests.plans.billing.snapshots import past

START = reverse("admin:index")
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def start(provider):
    return lambda: provider.get(START)


@pytest.fixture(autouse=True)
def _reports_are_read(db):
    Inbox.objects.create(pk=Inbox.ONLY)
    Inbox.was_read(0, 0)


def figure(page, label):
    return next(each for each in page.context["figures"] if label in each.label)


def queue(page, name):
    return next(each for each, _length in page.context["queues"] if each.name == name)


def rows(page, name) -> dict[str, int]:
    return {str(each.label): each.count for each in queue(page, name).rows}


def needs(page) -> str:
    return " ".join(sentence for sentence, _link in page.context["needs"])


def test_every_figure_leads_to_its_list(provider, start, everything):
    page = start()
    shown = [*page.context["figures"], *(row for q, _n in page.context["queues"] for row in q.rows)]
    late = [each.late for each, _length in page.context["queues"] if each.late]
    for each in [*shown, *late]:
        assert provider.get(each.link).status_code == 200, each.link


def test_it_counts_no_further_than_anybody_reads(start, domain, monkeypatch):
    monkeypatch.setattr(figures, "MOST_COUNTED", 1)
    for name in ("a.test", "b.test", "c.test"):
        Domain.objects.create(account=domain.account, name=name, status="active",
                              proved_at=timezone.now())  # fmt: skip
    found = figure(start(), "broken DNS")
    assert (found.count, str(found), found.alarms) == (2, "1+", True)


def test_broken_dns_is_counted_where_mail_is_hosted(start, domain, pending_too):
    assert figure(start(), "broken DNS").count == 1
    Domain.objects.filter(pk=domain.pk).update(healthy=True)
    assert figure(start(), "broken DNS").count == 0


def test_a_zone_of_signing_keys_that_takes_no_changes_is_told_with_the_reason(start):
    row = ZoneRecord.objects.create(name="x.k1.keys.kuploy.test", text="v=DKIM1; p=AAAA")
    ZoneRecord.objects.not_told([row], "The name server is on strike.")
    assert "strike" not in needs(start())
    ZoneRecord.objects.update(failing_since=Now() - LATE_AFTER)
    assert "wait for our zone of signing keys: 1. The name server is on strike." in needs(start())


@pytest.fixture
def pending_too(acme):
    return Domain.objects.create(account=acme, name="pending.test")


def test_what_was_given_up_today_is_counted(start, everything):
    given_up = Delivery.objects.filter(pk=everything.rows["notifications_delivery"].pk)
    given_up.update(due_at=None, tried_at=Now())
    assert figure(start(), "given up").count == 1
    given_up.update(tried_at=Now() - timedelta(days=2))
    assert figure(start(), "given up").count == 0


def test_stopped_webhooks_and_full_mailboxes_are_counted(start, everything, mailbox):
    Channel.objects.filter(transport="webhook").update(state="paused")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mail.usage SET bytes = %s", [GB])
    settle_all()
    page = start()
    assert figure(page, "stopped").count == 1
    assert figure(page, "Full").count == 1


def test_jobs_of_mail_hosts_are_counted_by_kind(start, mailbox):
    jobs.owe(mailbox, HostJob.Kind.KICK)
    jobs.owe(mailbox, HostJob.Kind.MEASURE)
    assert rows(start(), "mail.mail1") == {
        "End open sessions": 1, "Ask Dovecot how full a mailbox is": 1,
    }  # fmt: skip


def test_messages_are_counted_in_redis(start, domain, settings):
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete("mail.mail1")
    redis.rpush("mail.mail1", "x", "y")
    try:
        lengths = {each.name: length for each, length in start().context["queues"]}
    finally:
        redis.delete("mail.mail1")
    assert lengths["mail.mail1"] == 2


def test_without_redis_the_page_says_so(start, domain, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    page = start()
    assert page.status_code == 200
    assert "Redis does not answer" in needs(page)


def test_all_is_quiet_when_everybody_works(start, everything):
    assert start().context["needs"] == []


@pytest.mark.parametrize(
    ("row", "times", "queue"),
    [
        ("domains_domain", {"next_check_at": timezone.now() - AN_HOUR}, "checks"),
        ("notifications_delivery", {"due_at": timezone.now() - AN_HOUR}, "deliveries"),
        ("mailboxes_hostjob", {"due_at": timezone.now() - AN_HOUR}, "mail.mail1"),
    ],
)
def test_rows_that_wait_for_long_are_told_with_the_queue_nobody_works_for(
    provider, start, everything, row, times, queue
):
    found = everything.rows[row]
    type(found).objects.filter(pk=found.pk).update(**times)
    ((sentence, link),) = start().context["needs"]
    assert queue in sentence
    assert [each.pk for each in provider.get(link).context["cl"].result_list] == [found.pk]


def test_what_waits_for_a_receiver_is_not_late(start, everything):
    Delivery.objects.update(due_at=Now() - AN_HOUR)
    Channel.objects.update(state="paused")
    assert start().context["needs"] == []


def test_a_job_in_hand_is_not_late(start, everything):
    HostJob.objects.update(due_at=Now() - AN_HOUR, claimed_at=Now())
    assert start().context["needs"] == []


@pytest.fixture
def moving_in(acme, mailbox):
    """An import and a migration that nobody has begun for an hour."""
    began = timezone.now() - AN_HOUR
    acme.imports.create(kind="mailbox", file_name="staff.csv", created_at=began)
    job = acme.migrations.create(host="old.test", port=993, security="tls", step="copy")
    job.mailboxes.create(address=mailbox.address, mailbox=mailbox, due_at=began)


def test_imports_and_migrations_without_a_worker_are_told(start, moving_in):
    assert rows(start(), "imports") == {"imports": 1}
    assert rows(start(), "move.mail1") == {"mailboxes to fill": 1}
    assert "queue imports" in needs(start())
    assert "queue move.mail1" in needs(start())


def test_whoever_waits_for_a_turn_is_not_late(start, moving_in, acme, mailbox):
    acme.imports.create(kind="alias", file_name="more.csv", claimed_at=Now())
    job = acme.migrations.create(host="other.test", port=993, security="tls", step="copy")
    job.mailboxes.create(
        address=mailbox.address, mailbox=mailbox, state="running", claimed_at=Now(), run_key=uuid4()
    )
    assert needs(start()) == ""


def test_a_pile_of_changes_means_that_nobody_judges(start, domain, mailbox):
    Change.objects.bulk_create(
        Change(subject=mailbox.pk, bytes=0, messages=0) for _change in range(PILE + 1)
    )
    assert "Nobody judges usage" in needs(start())


def test_a_day_without_a_snapshot_is_said_while_it_can_be_taken(start, acme, monkeypatch):
    # At any time of the day on which this runs.
    monkeypatch.setattr(snapshots, "LATE", snapshots.LATE.replace("> '00:10'", ">= '00:00'"))
    assert "No snapshot of today" not in needs(start())
    past(acme, date(2026, 6, 1))
    assert "No snapshot of today" in needs(start())
    snapshots.take()
    assert "No snapshot of today" not in needs(start())


def test_each_host_shows_what_it_holds_and_what_was_sold(start, everything, domain):
    make_mailbox(domain, "second")
    before = {"mailboxes": 1, "bytes": 1, "sold_bytes": 1, "summed_at": timezone.now()}
    HostTotal.objects.create(host="gone", **before)
    hosts.sum_up()
    (total,) = start().context["hosts"]
    # Two of 1 GB, and the postmaster's 50 MB.
    assert (total.host, total.mailboxes, total.bytes) == ("mail1", 3, USED)
    assert total.sold_bytes == 2 * GB + 50 * 2**20


def test_sign_ups_are_counted_by_day(start, alice, superuser):
    User.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=2))
    counts = [count for _day, count in start().context["sign_ups"]]
    assert counts == [0, 0, 0, 0, 1, 0, 1]


def test_who_may_not_see_all_rows_sees_no_figures(client, domain):
    user = User.objects.create_user("staff@example.test", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_domain"))
    client.force_login(user)
    page = client.get(START)
    assert page.status_code == 200
    assert "figures" not in page.context
    assert "Mailboxes" not in page.text
