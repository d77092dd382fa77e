"""A new signing key: published, seen, then in use; the old record stays a while."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from domains import renewal
from domains.dns.findings import Kind, State, WantedKey
from domains.models import RECORD_STAYS, DkimKey, Domain
from domains.records import to_publish
from domains.tasks import renew_keys
from domains.verification import _to_check, _wanted, record
from kuploy.errors import Refused
from notifications.models import Alert
from tests.domains.findings import found


@pytest.fixture
def waiting(domain, actor):
    return renewal.begin(domain=domain, actor=actor)


def check(domain, **states):
    """What the sweep does, with the answers of the DNS made up."""
    (loaded,) = _to_check([str(domain.pk)])
    record([(loaded, found(**states))])
    return Domain.objects.get(pk=domain.pk)


def signing(domain):
    return DkimKey.objects.signing(domain.name)


def test_the_next_key_signs_once_its_record_is_seen(domain, waiting):
    before = signing(domain)
    check(domain, dkim_next=State.MISSING)
    assert signing(domain) == before
    check(domain, dkim_next=State.OK)
    assert signing(domain) == waiting


def test_the_page_asks_for_both_records_and_then_for_the_new_one_alone(domain, waiting):
    first = signing(domain)
    names = [row.host for row in to_publish(domain) if row.type == "TXT" and "_dom" in row.host]
    assert names == [f"{first.selector}._domainkey", f"{waiting.selector}._domainkey"]
    domain = check(domain, dkim_next=State.OK)
    names = [row.host for row in to_publish(domain) if row.type == "TXT" and "_dom" in row.host]
    assert names == [f"{waiting.selector}._domainkey"]


def test_a_check_looks_for_the_next_record_while_one_waits(domain, waiting):
    wanted = _wanted(domain)
    assert Kind.DKIM_NEXT in wanted.kinds
    assert wanted.keys[Kind.DKIM_NEXT] == WantedKey(waiting.selector, waiting.public_key)
    check(domain, dkim_next=State.OK)
    assert Kind.DKIM_NEXT not in _wanted(Domain.objects.get(pk=domain.pk)).kinds


def test_who_removes_the_old_record_at_once_is_still_fine(domain, waiting):
    assert check(domain).healthy
    assert check(domain, dkim=State.MISSING, dkim_next=State.OK).healthy
    assert not Alert.objects.filter(kind="dns_broken").exists()


def test_the_private_half_of_a_replaced_key_is_gone(domain, waiting):
    old = signing(domain)
    check(domain, dkim_next=State.OK)
    assert bytes(DkimKey.objects.get(pk=old.pk).private_key_encrypted) == b""


def test_one_key_waits_at_a_time(domain, actor, waiting):
    with pytest.raises(Refused, match="waits already"):
        renewal.begin(domain=domain, actor=actor)


def test_a_key_that_is_not_wanted_never_signs(domain, actor, waiting):
    (loaded,) = _to_check([str(domain.pk)])
    renewal.give_up(domain=domain, actor=actor)
    # The check was under way meanwhile.
    record([(loaded, found(dkim_next=State.OK))])
    assert signing(domain) != waiting
    with pytest.raises(Refused):
        renewal.give_up(domain=domain, actor=actor)


def test_selectors_are_not_used_twice(domain, actor):
    for _again in range(3):
        renewal.begin(domain=domain, actor=actor)
        check(domain, dkim_next=State.OK)
    selectors = list(domain.dkim_keys.values_list("selector", flat=True))
    assert len(set(selectors)) == len(selectors) == 4


def test_a_key_that_signs_for_a_year_is_told_of_once(domain):
    domain.dkim_keys.update(signs_since=timezone.now() - timedelta(days=364))
    renew_keys()
    assert not Alert.objects.filter(kind="dkim_old").exists()
    domain.dkim_keys.update(signs_since=timezone.now() - timedelta(days=366))
    for _again in range(2):
        renew_keys()
    assert Alert.objects.get(kind="dkim_old").domain_id == domain.pk


def test_replaced_keys_are_forgotten_in_the_end(domain, waiting):
    check(domain, dkim_next=State.OK)
    renew_keys()
    assert domain.dkim_keys.count() == 2
    domain.dkim_keys.exclude(replaced_at=None).update(
        replaced_at=timezone.now() - timedelta(days=91)
    )
    renew_keys()
    assert domain.dkim_keys.get() == waiting


def test_the_button_makes_a_key_and_the_page_says_what_to_do(as_alice, domain):
    url = reverse("domains:renew_key", args=["acme", domain.pk])
    text = as_alice.post(url, follow=True).text
    waiting = domain.dkim_keys.get(signs_since=None)
    assert f"{waiting.selector}._domainkey" in text
    assert "The next key waits" in text
    text = as_alice.post(reverse("domains:keep_key", args=["acme", domain.pk]), follow=True).text
    assert "The next key waits" not in text


def test_the_page_says_how_long_the_old_record_is_needed(as_alice, domain, waiting):
    old = signing(domain)
    check(domain, dkim_next=State.OK)
    text = as_alice.get(domain.get_absolute_url()).text
    day = (timezone.now() + RECORD_STAYS).strftime("%Y-%m-%d")
    assert f"The key {old.selector} was replaced" in text
    assert day in text
