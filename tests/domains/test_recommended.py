"""Records beyond the four: offered, looked up now and then, and nothing depends on them."""

from datetime import timedelta

import dns.zone
import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from domains import recommended, verification
from domains.dns.findings import RECOMMENDED, RECORDS, Finding, Kind, State
from domains.models import Domain, RecordCheck
from domains.services import request_check
from notifications.models import Alert
from tests.domains.findings import found
from tests.domains.test_verification import record


def beyond(state: State = State.OK, **states: State) -> dict[Kind, Finding]:
    """Findings of the recommended records, beside the four that are right."""
    wanted = dict.fromkeys(RECOMMENDED, state) | {Kind(kind): s for kind, s in states.items()}
    return found() | {
        kind: Finding(kind, each, f"{kind} is {each}") for kind, each in wanted.items()
    }


def looked_up(domain) -> set[Kind]:
    fresh = list(Domain.objects.filter(pk=domain.pk).prefetch_related("dkim_keys"))
    due = recommended.due(fresh)
    return recommended.kinds() if domain.pk in due else set()


def test_the_page_shows_each_with_what_it_gives(as_alice, domain):
    page = as_alice.get(domain.get_absolute_url()).text
    assert "Recommended records" in page
    for offer in recommended.offers(domain):
        assert offer.gives in page
        for each in offer.records:
            assert each.name in page


def test_nothing_is_offered_before_the_proof(as_alice, pending):
    assert "Recommended records" not in as_alice.get(pending.get_absolute_url()).text
    assert recommended.to_offer(pending) == []


def test_it_says_which_are_right_wrong_or_missing(as_alice, domain):
    record(domain, beyond(autoconfig=State.WRONG, srv_imaps=State.MISSING))
    page = as_alice.get(domain.get_absolute_url()).text
    assert "autoconfig is wrong" in page
    assert page.count("Not published") == 1
    assert page.count("Wrong") == 1


def test_they_are_in_the_zone_file(as_alice, domain):
    text = as_alice.get(reverse("domains:zone_file", args=["acme", domain.pk])).text
    zone = dns.zone.from_text(text, origin="acme.test.", relativize=False, check_origin=False)

    def only(name, rdtype):
        [rdata] = zone.find_rdataset(f"{name}.acme.test.", rdtype)
        return rdata

    assert only("autoconfig", "CNAME").target.to_text() == f"{settings.PANEL_HOST}."
    imap, smtp = only("_imaps._tcp", "SRV"), only("_submission._tcp", "SRV")
    assert (imap.target.to_text(), imap.port) == (f"{settings.IMAP_HOST}.", settings.IMAP_PORT)
    assert (smtp.target.to_text(), smtp.port) == (
        f"{settings.SMTP_HOST}.",
        settings.SUBMISSION_PORT,
    )
    assert only("_pop3._tcp", "SRV").target.to_text() == "."


def test_nothing_depends_on_them(domain):
    record(domain, beyond())
    for _again in range(2):
        broken = record(domain, beyond(State.WRONG))
        assert broken.healthy
        assert broken.next_check_at > timezone.now() + timedelta(hours=12)
        RecordCheck.objects.update(wrong_since=timezone.now() - timedelta(hours=1))
    assert not Alert.objects.exclude(kind="domain_active").exists()


def test_they_are_looked_up_once_the_domain_is_proved_and_then_once_a_week(domain):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert looked_up(domain) == recommended.kinds()
        record(domain, beyond(autoconfig=State.UNREACHABLE))
        clock.shift(timedelta(days=6))
        assert looked_up(domain) == set()
        clock.shift(timedelta(days=2))
        assert looked_up(domain) == recommended.kinds()


def test_they_are_looked_up_when_somebody_asks(domain, actor, queued):
    record(domain, beyond())
    with queued():
        request_check(domain=domain, actor=actor)
    assert looked_up(domain) == recommended.kinds()


def test_they_are_not_looked_up_before_the_proof(pending):
    assert looked_up(pending) == set()
    assert verification._wanted(pending).kinds >= RECORDS


@pytest.mark.parametrize(
    ("owner", "name"),
    [("acme.test", "acme.test"), ("mta.acme.test", "mta.acme.test"), ("test", "")],
)
def test_a_caa_record_is_only_offered_where_one_has_to_be_added(as_alice, domain, owner, name):
    assert not any(each.kind is Kind.CAA for each in recommended.to_offer(domain))
    hint = Finding(Kind.CAA, State.WRONG, "They do not.", f'{owner}. CAA 0 issue "ca.test"')
    record(domain, beyond() | {Kind.CAA: hint})
    assert [each.name for each in recommended.to_offer(domain) if each.type == "CAA"] == (
        [name] if name else []
    )
    assert "They do not." in as_alice.get(domain.get_absolute_url()).text


def test_without_an_authority_there_are_no_hints(domain, settings):
    settings.CAA_ISSUER = ""
    assert Kind.CAA not in recommended.kinds()
    record(domain, beyond())
    assert [each for each in recommended.offers(domain) if each.kind is Kind.CAA] == []
