"""Keys that renew by themselves: two CNAMEs, and from then on nobody has to do anything."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from domains import cnames, key_zone, renewal
from domains.dns.findings import Kind, State
from domains.models import DkimKey, Domain, ZoneRecord
from domains.records import to_publish
from domains.tasks import renew_keys
from domains.verification import _to_check, record
from kuploy.errors import Refused
from notifications.models import Alert
from tests.concurrency import at_once
from tests.conftest import make_domain
from tests.domains.findings import found
from tests.domains.test_renewal import check, signing

BOTH = {"dkim_next": State.OK, "dkim_spare": State.OK}
YEAR = timedelta(days=366)


def settled():
    """The zone has held all of it for long enough."""
    ZoneRecord.objects.exclude(text="").update(published_at=Now() - key_zone.SETTLES)


def pass_by(time):
    """As if all that was done had been done so much earlier."""
    DkimKey.objects.update(signs_since=F("signs_since") - time, replaced_at=F("replaced_at") - time)
    settled()


@pytest.fixture
def chosen(domain, actor):
    """The CNAMEs were asked for; by now our records behind them are there."""
    cnames.choose(domain=domain, actor=actor)
    settled()
    return domain


@pytest.fixture
def renewed_by_us(chosen):
    return check(chosen, **BOTH)


def rows(domain):
    return {
        row.kind: (row.type, row.host, row.value)
        for row in to_publish(Domain.objects.get(pk=domain.pk))
    }


def states(domain):
    return {
        key.selector: "signs" if key.signs else "stands by" if key.stands_by else "else"
        for key in domain.dkim_keys.all()
    }


def test_the_page_asks_for_two_cnames_beside_the_present_record(chosen):
    asked = rows(chosen)
    assert asked[Kind.DKIM][0] == "TXT"
    assert asked[Kind.DKIM_NEXT] == ("CNAME", "kuploy1._domainkey", key_zone.target_of(chosen, 1))
    assert asked[Kind.DKIM_SPARE] == ("CNAME", "kuploy2._domainkey", key_zone.target_of(chosen, 2))


def test_mail_is_signed_by_way_of_them_once_both_are_found(chosen):
    before = signing(chosen)
    for missing in ("dkim_next", "dkim_spare"):
        check(chosen, **{**BOTH, missing: State.WRONG})
        assert signing(chosen) == before
    check(chosen, **BOTH)
    assert signing(chosen).selector == "kuploy1"
    assert states(chosen) == {before.selector: "else", "kuploy1": "signs", "kuploy2": "stands by"}


def test_nobody_signs_while_resolvers_may_remember_something_else(domain, actor):
    cnames.choose(domain=domain, actor=actor)
    before = signing(domain)
    check(domain, **BOTH)
    ZoneRecord.objects.update(published_at=Now() - key_zone.SETTLES + timedelta(minutes=1))
    assert check(domain, **BOTH).next_check_at < timezone.now() + timedelta(hours=2)
    assert signing(domain) == before


def test_until_then_it_is_the_present_record_that_has_to_be_right(domain, actor):
    cnames.choose(domain=domain, actor=actor)
    assert not check(domain, dkim=State.MISSING, **BOTH).healthy


def test_the_key_that_stands_by_waits_for_its_year(renewed_by_us):
    check(renewed_by_us, dkim_spare=State.OK)
    pass_by(timedelta(days=360))
    renew_keys()
    check(renewed_by_us, dkim_spare=State.OK)
    assert signing(renewed_by_us).selector == "kuploy1"


def test_once_a_year_both_change_places_and_nobody_is_told(renewed_by_us):
    for selector in ("kuploy2", "kuploy1", "kuploy2"):
        pass_by(YEAR)
        renew_keys()
        before = signing(renewed_by_us)
        check(renewed_by_us, dkim_next=State.MISSING)
        assert signing(renewed_by_us) == before
        check(renewed_by_us, dkim_next=State.OK)
        assert signing(renewed_by_us).selector == selector
        pass_by(timedelta(days=8))
        renew_keys()
        settled()
        assert states(renewed_by_us)[before.selector] == "stands by"
    assert not Alert.objects.filter(kind="dkim_old").exists()


def test_what_the_old_key_has_signed_can_be_verified_for_a_week(renewed_by_us, actor):
    old = signing(renewed_by_us)
    renewal.begin(domain=renewed_by_us, actor=actor)
    check(renewed_by_us, dkim_next=State.OK)
    text = ZoneRecord.objects.get(name=old.target).text
    pass_by(timedelta(days=6))
    renew_keys()
    assert ZoneRecord.objects.get(name=old.target).text == text
    assert rows(renewed_by_us)[Kind.DKIM_SPARE] == ("CNAME", old.host, old.target)
    with pytest.raises(Refused, match="on its way"):
        renewal.begin(domain=renewed_by_us, actor=actor)
    pass_by(timedelta(days=2))
    renew_keys()
    assert DkimKey.objects.get(target=old.target).stands_by


def test_a_renewal_that_cannot_go_on_is_told_of(renewed_by_us):
    pass_by(YEAR)
    renew_keys()
    check(renewed_by_us, dkim_next=State.MISSING)
    assert not Alert.objects.filter(kind="dkim_old").exists()
    pass_by(timedelta(days=14))
    for _again in range(2):
        renew_keys()
    assert Alert.objects.get(kind="dkim_old").domain_id == renewed_by_us.pk


def test_who_gives_up_a_renewal_has_a_key_that_stands_by(renewed_by_us, actor):
    renewal.begin(domain=renewed_by_us, actor=actor)
    renewal.give_up(domain=renewed_by_us, actor=actor)
    assert states(renewed_by_us)["kuploy2"] == "stands by"


def test_who_gives_up_the_cnames_is_asked_for_none_of_them(chosen, actor):
    renewal.give_up(domain=chosen, actor=actor)
    assert list(states(chosen).values()) == ["signs"]
    renew_keys()
    assert not ZoneRecord.objects.exclude(text="").exists()


def test_back_to_a_record_of_ones_own_without_a_gap(renewed_by_us, actor):
    cnames.leave(domain=renewed_by_us, actor=actor)
    check(renewed_by_us, dkim_next=State.MISSING, dkim_spare=State.OK)
    assert signing(renewed_by_us).selector == "kuploy1"
    domain = check(renewed_by_us, **BOTH)
    assert signing(domain).target == ""
    assert Kind.DKIM_SPARE not in rows(domain)
    renew_keys()
    (needed,) = ZoneRecord.objects.exclude(text="")
    assert needed.name == key_zone.target_of(domain, 1)
    with pytest.raises(Refused, match="Choose them again after"):
        cnames.choose(domain=domain, actor=actor)
    pass_by(timedelta(days=8))
    renew_keys()
    assert not ZoneRecord.objects.exclude(text="").exists()
    cnames.choose(domain=domain, actor=actor)


def test_both_ways_are_chosen_once(renewed_by_us, actor):
    with pytest.raises(Refused, match="already"):
        cnames.choose(domain=renewed_by_us, actor=actor)
    cnames.leave(domain=renewed_by_us, actor=actor)
    with pytest.raises(Refused, match="waits already"):
        cnames.leave(domain=renewed_by_us, actor=actor)


def test_one_key_waits_at_a_time(domain, actor):
    renewal.begin(domain=domain, actor=actor)
    with pytest.raises(Refused, match="waits already"):
        cnames.choose(domain=domain, actor=actor)
    assert not ZoneRecord.objects.exists()


def test_a_name_that_is_not_proved_gets_no_record(pending, actor):
    with pytest.raises(Refused):
        cnames.choose(domain=pending, actor=actor)


def test_a_neighbour_gains_nothing_by_a_cname_to_our_name(acme, renewed_by_us):
    neighbour = make_domain(acme, "neighbour.test")
    assert signing(neighbour).public_key
    assert signing(neighbour).pk != signing(renewed_by_us).pk
    assert not DkimKey.objects.filter(domain=neighbour).exclude(target="").exists()


# Pages


@pytest.fixture
def url(domain):
    return lambda name: reverse(f"domains:{name}", args=["acme", domain.pk])


def test_the_buttons_lead_to_the_cnames_and_back(as_alice, domain, url):
    text = as_alice.post(url("choose_cnames"), follow=True).text
    assert key_zone.target_of(domain, 1) in text
    settled()
    check(domain, **BOTH)
    assert "renews by itself" in as_alice.get(domain.get_absolute_url()).text
    text = as_alice.post(url("leave_cnames"), follow=True).text
    assert domain.dkim_keys.waiting().get().host in text


def test_without_a_zone_of_ours_nothing_of_it_is_offered(as_alice, domain, url, settings, actor):
    settings.DKIM_ZONE = ""
    assert url("choose_cnames") not in as_alice.get(domain.get_absolute_url()).text
    with pytest.raises(Refused, match="cannot be renewed by us"):
        cnames.choose(domain=domain, actor=actor)


def test_a_zone_that_was_given_up_leaves_the_keys_that_are_there(renewed_by_us, actor, settings):
    settings.DKIM_ZONE = ""
    renewal.begin(domain=renewed_by_us, actor=actor)
    check(renewed_by_us, dkim_next=State.OK)
    pass_by(timedelta(days=8))
    renew_keys()
    with pytest.raises(Refused, match="by hand again"):
        renewal.begin(domain=renewed_by_us, actor=actor)
    cnames.leave(domain=renewed_by_us, actor=actor)
    check(renewed_by_us, dkim_next=State.OK)
    assert signing(renewed_by_us).target == ""


# At one moment


@pytest.fixture
def committed(transactional_db, domain, actor):
    return domain


def test_who_gives_up_a_key_while_it_takes_over_is_left_with_one_that_signs(committed, actor):
    for _again in range(5):
        renewal.begin(domain=committed, actor=actor)
        (looked_up,) = _to_check([str(committed.pk)])
        at_once(
            lambda looked_up=looked_up: record([(looked_up, found(dkim_next=State.OK))]),
            lambda: renewal.give_up(domain=committed, actor=actor),
        )
        assert committed.dkim_keys.in_use().count() == 1
        assert not committed.dkim_keys.waiting().exists()


def test_two_clicks_choose_the_cnames_once(committed, actor):
    def click():
        return cnames.choose(domain=committed, actor=actor)

    assert {type(each) for each in at_once(click, click)} == {type(None), Refused}
    assert committed.dkim_keys.count() == 3
