"""Records that were right and no longer are open one alert, which ends with their cure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import Suspension
from domains.dns.findings import Kind, State
from domains.models import Domain, RecordCheck
from notifications.models import Alert
from tests.domains.findings import found
from tests.domains.test_verification import record

KINDS = ("dns_broken", "dns_cured", "mx_moved", "domain_gone")


def told():
    return list(Alert.objects.filter(kind__in=KINDS).order_by("pk").values_list("kind", flat=True))


def still_open():
    return list(Alert.objects.filter(kind__in=KINDS[::2] + KINDS[3:], ended_at=None))


def time_passes(minutes=6):
    """As far as the checks know."""
    RecordCheck.objects.update(wrong_since=F("wrong_since") - timedelta(minutes=minutes))


def seen_twice(domain, findings):
    record(domain, findings)
    time_passes()
    return record(domain, findings)


@pytest.fixture
def healthy(domain):
    return record(domain, found())


def test_the_end_of_the_set_up_is_no_news(healthy):
    assert healthy.healthy
    assert told() == []


def test_a_record_that_was_never_right_is_no_news(domain):
    seen_twice(domain, found(spf=State.WRONG))
    assert told() == []


def test_a_change_is_told_when_it_is_seen_again(healthy):
    changed = record(healthy, found(spf=State.WRONG))
    assert told() == []
    soon = timezone.now() + timedelta(minutes=7)
    assert changed.next_check_at < soon
    time_passes()
    record(healthy, found(spf=State.WRONG))
    assert told() == ["dns_broken"]


def test_what_is_right_at_the_second_look_was_no_news(healthy):
    record(healthy, found(spf=State.MISSING, mx=State.WRONG))
    time_passes()
    record(healthy, found())
    assert told() == []


def test_it_is_told_once_and_ends_with_its_cure(healthy):
    for _again in range(3):
        seen_twice(healthy, found(spf=State.WRONG, dmarc=State.MISSING))
    assert told() == ["dns_broken"]
    (alert,) = still_open()
    assert alert.facts["records"] == "SPF, DMARC"
    assert alert.domain_id == healthy.pk
    record(healthy, found(spf=State.WRONG))
    assert still_open() == [alert]
    for _again in range(2):
        record(healthy, found())
    assert told() == ["dns_broken", "dns_cured"]
    assert still_open() == []


def test_the_alert_says_what_was_what_is_and_what_to_do(healthy):
    broken = found(spf=State.WRONG)
    broken[Kind.SPF] = replace(broken[Kind.SPF], found=("v=spf1 -all",), advice="v=spf1 ~all")
    seen_twice(healthy, broken)
    (alert,) = still_open()
    assert alert.facts["changes"] == [
        {"record": "SPF", "was": ["x"], "now": ["v=spf1 -all"], "publish": ["v=spf1 ~all"]}
    ]
    assert "SPF was “x” and is “v=spf1 -all”. Publish “v=spf1 ~all”." in alert.body


def test_a_record_that_is_gone_is_called_nothing(healthy):
    broken = found(dkim=State.MISSING)
    broken[Kind.DKIM] = replace(broken[Kind.DKIM], found=())
    seen_twice(healthy, broken)
    assert "DKIM was “x” and is “nothing”." in still_open()[0].body


def test_another_record_that_breaks_meanwhile_is_told_of_itself(healthy):
    seen_twice(healthy, found(spf=State.WRONG))
    seen_twice(healthy, found(spf=State.WRONG, dkim=State.WRONG))
    assert [alert.facts["records"] for alert in still_open()] == ["SPF", "DKIM"]


def test_mail_that_goes_elsewhere_is_called_so(healthy):
    seen_twice(healthy, found(mx=State.WRONG, spf=State.WRONG))
    assert told() == ["mx_moved", "dns_broken"]
    record(healthy, found())
    assert told() == ["mx_moved", "dns_broken", "dns_cured"]


def test_a_domain_that_has_expired_is_told_in_one_piece(healthy):
    gone = {
        kind: replace(each, gone=True, found=(), reaches_us=False)
        for kind, each in found(State.MISSING).items()
    }
    seen_twice(healthy, gone)
    assert told() == ["domain_gone"]
    assert "registrar" in still_open()[0].body
    record(healthy, found())
    assert told() == ["domain_gone", "dns_cured"]


def test_the_next_break_is_told_again_also_when_old_alerts_are_forgotten(healthy):
    for state in (State.WRONG, State.OK):
        seen_twice(healthy, found(dkim=state))
    Alert.objects.filter(kind="dns_broken").delete()
    for state in (State.WRONG, State.OK):
        seen_twice(healthy, found(dkim=state))
    assert told() == ["dns_cured", "dns_broken", "dns_cured"]


def test_an_outage_of_a_name_server_is_no_news_and_cures_nothing(healthy):
    outage = found(mx=State.UNREACHABLE, spf=State.UNREACHABLE)
    seen_twice(healthy, outage)
    assert told() == []
    seen_twice(healthy, found(spf=State.WRONG))
    seen_twice(healthy, outage)
    assert told() == ["dns_broken"]


def test_a_suspended_domain_is_no_news(healthy):
    Domain.objects.filter(pk=healthy.pk).update(provider_step=Suspension.NO_MAIL)
    seen_twice(healthy, found(spf=State.WRONG))
    assert told() == []
