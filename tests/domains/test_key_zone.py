"""Our own zone of signing keys, at a real name server that takes signed changes."""

import base64
from datetime import timedelta

import dns.message
import dns.query
import pytest
from django.conf import settings as configured
from django.db import transaction
from django.db.models.functions import Now

from domains import key_zone
from domains.dns.dkim import record
from domains.models import DkimKey, Domain, ZoneRecord
from domains.models.zone import CLAIM_LASTS
from domains.tasks import renew_keys, tell_key_zone
from kuploy.addresses import host_and_port
from tests.concurrency import Meeting, at_once
from tests.conftest import make_domain
from tests.kuploy.receivers import unused_port


@pytest.fixture
def key(domain):
    return published(domain)


def published(domain):
    """A key behind the first CNAME of a domain, to be told to the zone."""
    key = DkimKey.objects.create(
        domain=domain, selector="kuploy1", target=key_zone.target_of(domain, 1), signs_since=None,
        public_key="AAAA", private_key_encrypted=b"x",
    )  # fmt: skip
    key_zone.publish(key)
    return key


def ask(name, kind="TXT"):
    """What the name server says, which knows nothing of our tables."""
    host, port = host_and_port(configured.DNS_UPDATE_SERVER)
    answer = dns.query.udp(dns.message.make_query(name, kind), host, port=port, timeout=5)
    return [b"".join(each.strings).decode() for rrset in answer.answer for each in rrset]


def serial():
    host, port = host_and_port(configured.DNS_UPDATE_SERVER)
    query = dns.message.make_query(configured.DKIM_ZONE, "SOA")
    return dns.query.udp(query, host, port=port, timeout=5).answer[0][0].serial


def row(key):
    return ZoneRecord.objects.get(name=key.target)


def test_a_record_is_in_the_zone_as_soon_as_it_is_told(key):
    assert ask(key.target) == []
    tell_key_zone()
    assert ask(key.target) == [record("AAAA")]
    assert row(key).published_at


def test_a_long_key_is_in_one_record(domain, key):
    DkimKey.objects.filter(pk=key.pk).update(public_key=domain.dkim_keys.first().public_key)
    key.refresh_from_db()
    key_zone.publish(key)
    tell_key_zone()
    assert ask(key.target) == [record(key.public_key)]


def test_what_is_there_already_makes_no_new_serial(key):
    tell_key_zone()
    before, since = serial(), row(key).published_at
    ZoneRecord.objects.update(due_at=Now())
    tell_key_zone()
    assert (serial(), row(key).published_at) == (before, since)


def test_a_zone_that_lost_its_records_gets_them_again(key):
    tell_key_zone()
    key_zone._primary().hold({key.target: ""})
    assert ask(key.target) == []
    ZoneRecord.objects.update(due_at=Now())
    tell_key_zone()
    assert ask(key.target) == [record("AAAA")]


def test_the_record_of_a_removed_domain_is_withdrawn(domain, key):
    tell_key_zone()
    Domain.objects.filter(pk=domain.pk).delete()
    renew_keys()
    tell_key_zone()
    assert ask(key.target) == []
    assert not ZoneRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_name_that_gets_a_new_key_meanwhile_is_not_withdrawn(domain):
    ZoneRecord.objects.create(name=key_zone.target_of(domain, 1), text=record("OLD"))
    meeting = Meeting()

    @transaction.atomic
    def publish():
        published(domain)
        meeting.hold()

    assert at_once(publish, meeting.then(key_zone.withdraw_unneeded)) == [None, None]
    assert ZoneRecord.objects.get().text == record("AAAA")


def test_two_domains_never_share_a_name_and_no_name_tells_whose_it_is(acme):
    one, other = make_domain(acme, "one.test"), make_domain(acme, "other.test")
    names = {key_zone.target_of(each, number) for each in (one, other) for number in (1, 2)}
    assert len(names) == 4
    assert not any("one" in name or "other" in name for name in names)


def test_a_wrong_secret_changes_nothing_and_is_said_without_it(key, settings):
    right = settings.DNS_UPDATE_SECRET
    settings.DNS_UPDATE_SECRET = wrong = base64.b64encode(b"wrong" * 6).decode()
    tell_key_zone()
    assert ask(key.target) == []
    assert "does not accept our key" in row(key).failure
    assert wrong not in row(key).failure
    settings.DNS_UPDATE_SECRET = right
    ZoneRecord.objects.update(due_at=Now())
    tell_key_zone()
    assert (row(key).failure, row(key).failing_since) == ("", None)
    assert ask(key.target) == [record("AAAA")]


def test_a_name_server_that_is_away_is_tried_again(key, settings):
    settings.DNS_UPDATE_SERVER = f"127.0.0.1:{unused_port()}"
    for _again in range(2):
        ZoneRecord.objects.update(due_at=Now())
        tell_key_zone()
    assert row(key).failure.endswith("keys.kuploy.test: Connection refused.")
    assert not row(key).published_at
    assert not ZoneRecord.objects.claim(configured.DKIM_ZONE)  # not at once


def test_what_changes_while_the_zone_is_told_stays_due(key):
    claimed = ZoneRecord.objects.claim(configured.DKIM_ZONE)
    key.public_key = "BBBB"
    key_zone.publish(key)
    ZoneRecord.objects.told(claimed)
    assert row(key).published_at is None
    tell_key_zone()
    assert ask(key.target) == [record("BBBB")]


def test_what_a_killed_worker_held_is_told_by_the_next(key):
    ZoneRecord.objects.claim(configured.DKIM_ZONE)
    tell_key_zone()
    assert ask(key.target) == []
    ZoneRecord.objects.update(claimed_at=Now() - CLAIM_LASTS - timedelta(seconds=1))
    tell_key_zone()
    assert ask(key.target) == [record("AAAA")]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_record_once(acme):
    keys = [published(make_domain(acme, f"d{number}.test")) for number in range(3)]
    assert at_once(tell_key_zone, tell_key_zone) == [None, None]
    assert [ask(key.target) for key in keys] == [[record("AAAA")]] * 3
    assert not ZoneRecord.objects.filter(published_at=None).exists()


def test_without_a_zone_nothing_is_told(key, settings):
    settings.DKIM_ZONE = ""
    tell_key_zone()
    assert row(key).claimed_at is None


def test_a_key_settles_when_nobody_remembers_what_was_there_before(key):
    assert not key_zone.has_settled(key)
    tell_key_zone()
    assert not key_zone.has_settled(key)
    ZoneRecord.objects.update(published_at=Now() - key_zone.SETTLES)
    assert key_zone.has_settled(key)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ns.example", ("ns.example", 53)),
        ("ns.example:5353", ("ns.example", 5353)),
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_name_server_is_named_with_or_without_a_port(typed, read):
    assert host_and_port(typed) == read
