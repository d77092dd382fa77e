"""Other servers deliver encrypted or not at all: the policy, who chooses it, and its end."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from domains import mta_sts, recommended
from domains.dns.findings import Finding, Kind, State
from domains.models import Domain, MtaSts, RecordCheck
from domains.services import set_mta_sts
from kuploy.errors import Refused
from notifications.models import Alert
from tests.conftest import make_domain
from tests.domains.findings import found
from tests.domains.test_recommended import beyond
from tests.domains.test_verification import record
from tests.domains.test_watch import seen_twice

POLICY = "/.well-known/mta-sts.txt"


@pytest.fixture(autouse=True)
def _certificates_hold(settings):
    settings.MTA_STS_ENFORCE = True


@pytest.fixture
def url(acme, domain):
    return reverse("domains:mta_sts", args=["acme", domain.pk])


@pytest.fixture
def healthy(domain):
    return record(domain, beyond(mta_sts=State.MISSING))


def now(domain) -> Domain:
    return Domain.objects.get(pk=domain.pk)


def published(client, name="acme.test"):
    return client.get(POLICY, headers={"Host": f"mta-sts.{name}"})


def offered(domain) -> dict[str, str]:
    return {each.host: each.value for each in recommended.to_offer(now(domain))}


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("off", "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n"),
        ("testing", "version: STSv1\r\nmode: testing\r\nmx: mx1.kuploy.test\r\n"
                    "mx: mx2.kuploy.test\r\nmax_age: 86400\r\n"),
        ("enforce", "version: STSv1\r\nmode: enforce\r\nmx: mx1.kuploy.test\r\n"
                    "mx: mx2.kuploy.test\r\nmax_age: 604800\r\n"),
    ],
)  # fmt: skip
def test_servers_get_the_policy_that_was_chosen(client, domain, settings, mode, lines):
    settings.MX_HOSTS = ["mx1.kuploy.test", "mx2.kuploy.test"]
    Domain.objects.update(mta_sts=mode)
    response = published(client)
    assert response.content.decode() == lines
    assert response["Content-Type"] == "text/plain"
    assert not response.cookies


def test_there_is_none_for_a_name_that_is_not_served(client, pending):
    assert published(client).status_code == 404
    assert published(client, "elsewhere.test").status_code == 404


@pytest.mark.parametrize("path", ["/", "/auth/login/", "/mail/config-v1.1.xml", "/healthz"])
def test_there_is_nothing_else_under_that_name(client, domain, path):
    assert client.get(path, headers={"Host": "mta-sts.acme.test"}).status_code == 404


def test_the_policy_is_nowhere_else(client, domain):
    for host in ("autoconfig.acme.test", "testserver"):
        assert client.get(POLICY, headers={"Host": host}).status_code == 404


def test_the_id_changes_when_the_policy_does_and_only_then(settings):
    ids = {mta_sts.policy_id(mode) for mode in MtaSts}
    assert len(ids) == 3
    assert {mta_sts.policy_id(mode) for mode in MtaSts} == ids
    settings.MX_HOSTS = ["mx9.kuploy.test"]
    assert not ids & {mta_sts.policy_id(mode) for mode in (MtaSts.TESTING, MtaSts.ENFORCE)}


def test_the_mode_is_chosen_on_the_page_and_written_down(as_alice, url, healthy, queued):
    assert "_mta-sts" not in offered(healthy)
    with queued() as jobs:
        assert as_alice.post(url, {"mta_sts": "testing"}).url == healthy.get_absolute_url()
    assert jobs == [("domains.tasks.check_domain", str(healthy.pk))]
    assert AuditEvent.objects.filter(action="domain.mta_sts").get().details["after"] == "testing"
    assert offered(healthy)["_mta-sts"] == f"v=STSv1; id={mta_sts.policy_id('testing')};"
    # Nothing is known of the new id.
    assert not RecordCheck.objects.filter(kind=Kind.MTA_STS).exists()


def test_to_choose_what_is_chosen_changes_nothing(healthy, actor, queued):
    with queued() as jobs:
        set_mta_sts(domain=healthy, mode="off", actor=actor)
    assert jobs == []
    assert not AuditEvent.objects.filter(action="domain.mta_sts").exists()


def test_it_is_enforced_where_the_mx_records_are_right(healthy, actor):
    set_mta_sts(domain=healthy, mode="enforce", actor=actor)
    assert now(healthy).mta_sts == "enforce"


@pytest.mark.parametrize("state", [State.WRONG, State.MISSING, State.UNREACHABLE])
def test_it_is_not_enforced_where_they_are_not(as_alice, url, healthy, state):
    record(healthy, found(mx=state))
    response = as_alice.post(url, {"mta_sts": "enforce"})
    assert response.status_code == 422
    assert "press Verify, and choose it then" in response.text
    assert '<option value="enforce" selected>' in response.text
    assert now(healthy).mta_sts == "off"


def test_it_is_not_enforced_before_the_first_check(domain, actor):
    with pytest.raises(Refused):
        set_mta_sts(domain=domain, mode="enforce", actor=actor)


def test_it_is_not_enforced_without_certificates_that_hold(as_alice, url, healthy, settings):
    settings.MTA_STS_ENFORCE = False
    assert 'value="enforce"' not in as_alice.get(healthy.get_absolute_url()).text
    assert "Choose testing" in as_alice.post(url, {"mta_sts": "enforce"}).text
    assert now(healthy).mta_sts == "off"


def test_a_domain_that_is_not_proved_has_no_policy(pending, actor):
    with pytest.raises(Refused, match="Prove the ownership"):
        set_mta_sts(domain=pending, mode="testing", actor=actor)


def test_an_alias_domain_has_its_own(client, acme, domain, actor):
    alias = make_domain(acme, "alias.test", alias_of=domain)
    set_mta_sts(domain=alias, mode="testing", actor=actor)
    assert "mode: testing" in published(client, "alias.test").text
    assert "mode: none" in published(client).text


@pytest.mark.parametrize("who", ["bob"])
def test_who_only_reads_sees_it_and_chooses_nothing(client, request, who, url, healthy):
    client.force_login(request.getfixturevalue(who))
    assert "they deliver all the same" in client.get(healthy.get_absolute_url()).text
    assert client.post(url, {"mta_sts": "testing"}).status_code == 403


def test_switched_off_it_stays_on_the_page_until_servers_have_seen_it(as_alice, healthy, actor):
    set_mta_sts(domain=healthy, mode="testing", actor=actor)
    healthy = record(healthy, beyond())
    set_mta_sts(domain=healthy, mode="off", actor=actor)
    healthy = record(healthy, beyond(mta_sts=State.WRONG))
    page = as_alice.get(healthy.get_absolute_url()).text
    assert "It ends when other servers see it" in page
    assert offered(healthy)["_mta-sts"] == f"v=STSv1; id={mta_sts.policy_id('off')};"
    healthy = record(healthy, beyond(mta_sts=State.MISSING))
    assert "_mta-sts" not in offered(healthy)


def test_a_policy_that_somebody_else_answers_with_is_left_alone(as_alice, domain):
    """The name leads elsewhere, so the record beside it is not about ours."""
    domain = record(domain, beyond(mta_sts=State.WRONG, mta_sts_host=State.WRONG))
    assert "_mta-sts" not in offered(domain)


def test_when_the_mail_moves_away_the_alert_and_the_page_say_what_to_do(as_alice, healthy, actor):
    set_mta_sts(domain=healthy, mode="enforce", actor=actor)
    away = Finding(
        Kind.MX, State.WRONG, "Mail goes to mx.example.net.", found=("5 mx.example.net",)
    )
    seen_twice(healthy, found() | {Kind.MX: away})
    body = Alert.objects.get(kind="mx_moved").body
    assert "Its MTA-STS policy still names our hosts alone" in body
    page = as_alice.get(healthy.get_absolute_url()).text
    assert "Mail that goes elsewhere is not delivered" in page


def test_who_removes_the_domain_is_warned(as_alice, healthy, actor):
    removal = reverse("mailboxes:remove_domain", args=["acme", healthy.pk])
    assert "MTA-STS" not in as_alice.get(removal).text
    set_mta_sts(domain=healthy, mode="enforce", actor=actor)
    assert "choose Off for MTA-STS first" in as_alice.get(removal).text


def test_without_a_policy_the_alert_says_nothing_of_one(healthy):
    seen_twice(healthy, found(mx=State.WRONG))
    assert "MTA-STS" not in Alert.objects.get(kind="mx_moved").body


def test_one_of_our_hosts_that_is_missing_misleads_nobody(as_alice, healthy, actor, settings):
    set_mta_sts(domain=healthy, mode="enforce", actor=actor)
    only = Finding(Kind.MX, State.WRONG, "Only one.", found=(f"10 {settings.MX_HOSTS[0]}",))
    record(healthy, found() | {Kind.MX: only})
    assert "is not delivered" not in as_alice.get(healthy.get_absolute_url()).text


def test_reports_are_asked_for_where_somebody_reads_them(domain, settings):
    assert "_smtp._tls" not in offered(domain)
    assert Kind.TLS_RPT not in recommended.kinds()
    settings.TLS_REPORTS_ADDRESS = "tls@kuploy.test"
    assert offered(domain)["_smtp._tls"] == "v=TLSRPTv1; rua=mailto:tls@kuploy.test"
    assert Kind.TLS_RPT in recommended.kinds()


def test_what_was_looked_up_before_the_mode_was_chosen_is_looked_up_again(healthy, actor):
    record(healthy, beyond())
    set_mta_sts(domain=healthy, mode="testing", actor=actor)
    Domain.objects.update(check_queued_at=None, checked_at=timezone.now())
    assert healthy.pk in recommended.due([now(healthy)])
