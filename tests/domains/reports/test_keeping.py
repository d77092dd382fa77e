"""A report is counted once, for the domains here that it is about, and a flood fills no disk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from domains.models import Domain
from domains.reports import keeping, reading, tasks
from domains.reports.errors import Unreadable
from domains.reports.models import Intake, Report, Source, Sum
from tests.concurrency import at_once
from tests.conftest import make_domain
from tests.domains.reports.reports import OURS, SERVICE, STRANGER, forged, mailed, row


def sums(domain):
    found = Sum.objects.filter(domain=domain).order_by("sender", "day")
    return {each.sender: (each.messages, each.passed) for each in found}


def test_messages_are_added_up_by_who_sent_them(receive, domain):
    receive(
        row(OURS, 10),
        row(SERVICE, 7, signed="mail.service.test", dkim="fail", spf="fail", mailed=""),
        forged(count=5, disposition="reject"),
    )
    receive(row(OURS, 1, dkim="fail"), row(OURS, 2, dkim="fail", spf="fail"), report_id="r2")
    assert sums(domain) == {"ours": (13, 11), "service.test": (7, 0), "": (5, 0)}
    unknown = Sum.objects.get(domain=domain, sender="")
    assert (unknown.rejected, unknown.vouched) == (5, True)
    assert Sum.objects.get(domain=domain, sender="ours").by_spf == 11


def test_a_service_goes_by_its_own_name_and_an_own_server_by_ours(receive, domain):
    receive(
        row(SERVICE, 3, signed="acme.test", mailed="bounces.service.test"),
        row(SERVICE, 4, signed="acme.test", mailed=""),
        row("2001:db8::10", 5),
        row(SERVICE, 6, signed="", mailed=""),
    )
    assert sums(domain) == {"service.test": (3, 3), "acme.test": (10, 10), "ours": (5, 5)}


def test_the_same_report_is_counted_once(receive, domain):
    for _twice in range(2):
        receive(row(count=10))
    assert sums(domain) == {"ours": (10, 10)}
    receive(row(count=10), reporter="other.test")
    assert sums(domain) == {"ours": (20, 20)}


def test_a_forged_report_does_not_take_the_place_of_the_true_one(receive, domain):
    receive(row(count=10), proved_by="", reporter="receiver.test")
    receive(row(count=10))
    assert Sum.objects.get(vouched=True).messages == 10


@pytest.mark.django_db(transaction=True)
def test_two_who_count_the_same_report_at_once_count_it_once(domain):
    raw = mailed(row(count=10))
    assert at_once(*[lambda: reading.count(raw)] * 4) == [None] * 4
    assert sums(domain) == {"ours": (10, 10)}


def test_a_report_is_for_the_domain_of_the_from_header_or_the_one_above(receive, acme, domain):
    shop = make_domain(acme, "shop.acme.test")
    receive(
        row(count=1, header_from="ACME.test."),
        row(count=2, header_from="shop.acme.test"),
        row(count=4, header_from="news.acme.test"),
        row(count=8, header_from=""),
    )
    assert sums(domain) == {"ours": (13, 13)}
    assert sums(shop) == {"ours": (2, 2)}


def test_a_report_speaks_of_no_domain_outside_its_policy(receive, acme, charlie, domain):
    other = make_domain(charlie.memberships.get().account, "other.test")
    receive(row(count=1), row(count=9, header_from="other.test"))
    assert sums(domain) == {"ours": (1, 1)}
    assert sums(other) == {}


@pytest.mark.parametrize("status", ["pending", "removing"])
def test_what_is_about_no_domain_served_here_is_not_counted(receive, domain, status):
    Domain.objects.filter(pk=domain.pk).update(status=status)
    with pytest.raises(Unreadable, match="no domain that is served here"):
        receive()
    assert not Report.objects.exists()


def test_names_without_end_are_looked_up_only_so_far(
    receive, acme, domain, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(keeping, "MOST_NAMES", 2)
    shop = make_domain(acme, "shop.acme.test")
    names = [f"{'a.' * 100}{number}.shop.acme.test" for number in range(4)]
    with django_assert_max_num_queries(30):
        receive(*(row(count=1, header_from=name) for name in names))
    assert sums(shop) == {"ours": (4, 4)}


def test_a_name_in_unicode_finds_its_domain(acme):
    found = make_domain(acme, "xn--bcher-kva.test")
    reading.count(mailed(row(header_from="bücher.test"), domain="BÜCHER.test"))
    assert sums(found) == {"ours": (10, 10)}


def test_who_vouches_for_a_report_is_noted(receive, domain):
    receive(report_id="a")
    receive(report_id="b", proved_by="")
    assert set(Report.objects.values_list("report_id", "vouched_by")) == {
        ("a", "receiver.test"), ("b", ""),
    }  # fmt: skip
    assert Sum.objects.filter(vouched=True).get().messages == 10
    assert Sum.objects.filter(vouched=False).get().messages == 10


def test_forged_reports_crowd_out_no_others(receive, domain, monkeypatch):
    monkeypatch.setitem(keeping.MOST_REPORTS, False, 2)
    for number in range(4):
        receive(report_id=f"forged{number}", proved_by="", reporter=f"r{number}.test")
    receive(report_id="true")
    assert Report.objects.filter(vouched_by="").count() == 2
    assert Report.objects.filter(vouched_by="receiver.test").count() == 1
    assert Intake.objects.get(vouched=False).left_reports == 2


def test_one_reporter_does_not_crowd_out_the_others(receive, domain, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_OF_REPORTER", 2)
    for number in range(3):
        receive(report_id=f"r{number}")
    receive(proved_by="other.test")
    assert Report.objects.count() == 3
    monkeypatch.setitem(keeping.MOST_REPORTS, True, 3)
    receive(proved_by="third.test")
    assert Intake.objects.get().left_reports == 2


def test_addresses_beyond_the_room_are_only_added_up(receive, domain, monkeypatch):
    monkeypatch.setitem(keeping.MOST_SOURCES, True, 3)
    receive(*(forged(f"203.0.113.{n}", count=n) for n in range(1, 6)))
    assert sorted(Source.objects.values_list("messages", flat=True)) == [3, 4, 5]
    receive(forged(), report_id="r2")
    assert Intake.objects.get().left_sources == 3
    assert sums(domain) == {"": (20, 0)}


def test_a_day_tells_so_many_senders_apart(receive, domain, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_SENDERS", 3)
    failing = {"dkim": "fail", "spf": "fail", "mailed": ""}
    receive(*(row(SERVICE, 1, signed=f"s{n}.test", **failing) for n in range(6)), row(OURS, 9))
    assert sums(domain) == {
        "s0.test": (1, 0), "s1.test": (1, 0), "s2.test": (1, 0), "": (3, 0), "ours": (9, 9),
    }  # fmt: skip


def test_forged_senders_crowd_out_no_true_ones(receive, domain, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_SENDERS", 3)
    failing = {"dkim": "fail", "spf": "fail", "mailed": ""}
    receive(*(row(SERVICE, 1, signed=f"s{n}.test", **failing) for n in range(6)), proved_by="")
    receive(row(SERVICE, 7, signed="service.test", **failing))
    assert Sum.objects.get(vouched=True).sender == "service.test"


def test_what_is_old_goes_and_sums_stay_for_a_year(receive, domain):
    receive(days_ago=1)
    for model in (Report, Source, Sum, Intake):
        assert model.objects.count() == 1
    later = timezone.now().date() - timedelta(days=200)
    for model in (Report, Source, Sum, Intake):
        model.objects.update(day=later)
    tasks.forget_old()
    assert [model.objects.count() for model in (Report, Source, Intake, Sum)] == [0, 0, 0, 1]
    Sum.objects.update(day=timezone.now().date() - timedelta(days=400))
    tasks.forget_old()
    assert not Sum.objects.exists()


def test_all_of_it_goes_with_the_domain(receive, domain):
    receive(row(), forged(STRANGER))
    domain.delete()
    for model in (Report, Source, Sum, Intake):
        assert not model.objects.exists()
