"""Mailboxes that fill up, by what they use now: found through their levels."""

import pytest

from mailboxes.models import Mailbox
from quotas import models
from quotas.models import Filling, Usage
from quotas.settlement import settle
from tests.conftest import make_domain, make_mailbox
from tests.quotas.test_settlement import fill


@pytest.fixture
def filling(acme):
    """Percent of each mailbox in the view, by local part."""

    def filling():
        found = Filling.objects.of(acme.pk).order_by("address")
        return {each.address.partition("@")[0]: each.percent for each in found}

    return filling


def test_it_knows_those_that_were_settled(domain, filling):
    for name, percent in (("a", 79), ("b", 80), ("c", 104)):
        fill(make_mailbox(domain, name), percent)
    assert filling() == {}
    settle()
    assert filling() == {"b": 80, "c": 104}


def test_it_says_what_is_used_now(domain, filling):
    box = make_mailbox(domain, "b")
    fill(box, 96)
    settle()
    fill(box, 81)
    assert filling() == {"b": 81}
    settle()  # announced at 95, and not back to normal before 75
    assert filling() == {"b": 81}


def test_both_metrics_count_and_the_fuller_one_is_told(domain, filling):
    box = make_mailbox(domain, "b")
    Mailbox.objects.filter(pk=box.pk).update(quota_messages=100)
    fill(box, 85, messages=97)
    settle()
    assert filling() == {"b": 97}
    assert Filling.objects.count() == 1


def test_the_announced_level_finds_it_and_the_use_of_now_decides(domain):
    for name, percent in (("a", 85), ("b", 96), ("c", 100)):
        fill(make_mailbox(domain, name), percent)
    settle()
    fill(domain.mailboxes.get(local_part="c"), 90)

    def over(step):
        found = Filling.objects.over(step).order_by("address")
        return [each.address[0] for each in found]

    assert (over(80), over(95), over(100)) == (["a", "b", "c"], ["b"], [])


def test_a_size_beyond_all_disks_breaks_no_list(domain, filling):
    for name, used in (("a", 2**61), ("b", 2**62)):
        box = make_mailbox(domain, name)
        Mailbox.objects.filter(pk=box.pk).update(quota_bytes=2**62)
        fill(box, 0)
        Usage.objects.filter(username=box.address).update(bytes=used)
    settle()
    assert filling() == {"b": 100}


def test_only_so_many_are_counted(monkeypatch, acme, domain):
    monkeypatch.setattr(models, "MOST_COUNTED", 1)
    for name in "abc":
        fill(make_mailbox(domain, name), 85)
    settle()
    assert Filling.objects.of(acme.pk).counts(80) == {80: 2}


def test_what_is_being_deleted_is_not_in_it(domain, filling):
    box = make_mailbox(domain, "b")
    fill(box, 85)
    settle()
    Mailbox.objects.filter(pk=box.pk).update(state="deleting")
    assert filling() == {}


def test_counts_are_of_an_account_or_of_some_of_its_domains(acme, domain):
    other = make_domain(acme, "other.test")
    for where, name, percent in ((domain, "a", 80), (domain, "b", 100), (other, "c", 96)):
        fill(make_mailbox(where, name), percent)
    settle()
    assert Filling.objects.of(acme.pk).counts(80, 95, 100) == {80: 3, 95: 2, 100: 1}
    assert Filling.objects.of(acme.pk, [other.pk]).counts(80, 95, 100) == {80: 1, 95: 1, 100: 0}
    assert Filling.objects.of(acme.pk, []).counts(80) == {80: 0}
