"""Records that were right and no longer are raise one alert; their cure another."""

import pytest

from accounts.models import Suspension
from domains.dns.findings import State
from domains.models import Domain
from notifications.models import Alert
from tests.domains.findings import found
from tests.domains.test_verification import record


def told():
    alerts = Alert.objects.filter(kind__startswith="dns_").order_by("pk")
    return list(alerts.values_list("kind", flat=True))


@pytest.fixture
def healthy(domain):
    return record(domain, found())


def test_the_end_of_the_set_up_is_no_news(healthy):
    assert healthy.healthy
    assert told() == []


def test_a_record_that_breaks_is_told_once_and_its_cure_too(healthy):
    for _ in range(2):
        record(healthy, found(spf=State.WRONG, mx=State.MISSING))
    assert told() == ["dns_broken"]
    alert = Alert.objects.get(kind="dns_broken")
    assert "MX, SPF" in alert.body
    assert alert.domain_id == healthy.pk
    for _ in range(2):
        record(healthy, found())
    assert told() == ["dns_broken", "dns_cured"]


def test_the_next_break_is_told_again(healthy):
    for state in (State.WRONG, State.OK, State.WRONG):
        record(healthy, found(dkim=state))
    assert told() == ["dns_broken", "dns_cured", "dns_broken"]


def test_the_next_break_is_told_when_old_alerts_are_forgotten(healthy):
    for state in (State.WRONG, State.OK, State.WRONG, State.OK):
        record(healthy, found(dkim=state))
    Alert.objects.filter(kind="dns_broken").earliest("pk").delete()
    for state in (State.WRONG, State.OK):
        record(healthy, found(dkim=state))
    assert told() == ["dns_cured", "dns_broken", "dns_cured", "dns_broken", "dns_cured"]


def test_an_outage_of_a_name_server_is_no_news(healthy):
    record(healthy, found(mx=State.UNREACHABLE, spf=State.UNREACHABLE))
    assert told() == []


def test_what_could_not_be_looked_up_is_not_called_wrong(healthy):
    record(healthy, found(mx=State.UNREACHABLE, spf=State.WRONG))
    assert Alert.objects.get(kind="dns_broken").facts["records"] == "SPF"


def test_a_suspended_domain_is_no_news(healthy):
    Domain.objects.filter(pk=healthy.pk).update(provider_step=Suspension.NO_MAIL)
    record(healthy, found(spf=State.WRONG))
    assert told() == []
