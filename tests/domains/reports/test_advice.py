"""When a stricter policy is safe, and what it takes until then."""

import pytest
from django.utils import timezone

from domains.dns.findings import plain
from domains.models import RecordCheck
from domains.reports import reading
from domains.reports.advice import advise
from tests.conftest import make_domain
from tests.domains.reports.reports import OURS, SERVICE, forged, mailed, row

OUR_RUA = "rua=mailto:dmarc@reports.test"


def publish(domain, dmarc=f"v=DMARC1; p=none; {OUR_RUA}", **wrong):
    """The records as the last check found them."""
    for kind in ("spf", "dkim", "dmarc"):
        RecordCheck.objects.update_or_create(
            domain=domain, kind=kind,
            defaults={
                "state": wrong.get(kind, "ok"), "checked_at": timezone.now(),
                "found": [dmarc] if kind == "dmarc" else [],
            },
        )  # fmt: skip


def weeks(*rows, days=14, domain="acme.test", **options):
    for day in range(1, days + 1):
        reading.count(mailed(*rows, days_ago=day, report_id=f"d{day}", domain=domain, **options))


def unmet(domain):
    return [each.words for each in advise(domain).conditions if not each.met]


def test_two_weeks_of_good_mail_are_enough_for_quarantine(domain):
    publish(domain)
    weeks(row(OURS, 20), forged(count=50))
    found = advise(domain)
    assert (found.ready, found.policy, found.following) == (True, "none", "quarantine")
    assert found.record == f"v=DMARC1; p=quarantine; {OUR_RUA}"


def test_a_policy_that_is_cut_off_gives_no_advice(acme):
    """What the last check stored of it is cut off in the middle of a tag."""
    shop = make_domain(acme, "shop.acme.test")
    long = f"v=DMARC1; p=none; rua={',mailto:a@b.test' * 40}; sp=reject"
    publish(shop, plain(long, long.index("ject")))
    assert advise(shop).policy == ""


def test_forged_mail_alone_is_no_ground_for_any_policy(domain):
    publish(domain)
    weeks(forged(count=50))
    assert unmet(domain) == ["0 messages of your senders reported; 100 are needed"]


def test_it_names_the_numbers_that_are_missing(domain):
    publish(domain)
    weeks(row(OURS, 2), days=13)
    assert unmet(domain) == [
        "Proved reports about 13 of the last 30 days; 14 are needed",
        "26 messages of your senders reported; 100 are needed",
    ]
    assert not advise(domain).ready


@pytest.mark.parametrize(("failing", "ready"), [(2, True), (3, False)])
def test_ninety_eight_of_a_hundred_must_pass(domain, failing, ready):
    publish(domain)
    weeks(row(OURS, 100 - failing), row(OURS, failing, dkim="fail", spf="fail"))
    assert advise(domain).ready is ready


def test_a_service_that_passes_in_part_counts_as_yours(domain):
    publish(domain)
    lost = row(SERVICE, 30, dkim="fail", spf="fail", signed="service.test", mailed="service.test")
    weeks(row(OURS, 100), row(SERVICE, 10, mailed="service.test"), lost)
    assert unmet(domain) == ["78.6 % of what your senders sent passed; 98 % are needed"]


def test_somebody_who_never_passes_is_to_be_looked_at_first(domain):
    publish(domain)
    shop = row(SERVICE, 10, dkim="fail", spf="fail", signed="shop.test", mailed="shop.test")
    weeks(row(OURS, 100), shop)
    found = advise(domain)
    assert (found.ready, found.only_strangers, found.strangers) == (False, True, ["shop.test"])
    assert "p=quarantine" in found.record


def test_somebody_with_hardly_any_mail_is_not(domain):
    publish(domain)
    weeks(row(OURS, 200), row(SERVICE, 1, dkim="fail", spf="fail", signed="x.test", mailed=""))
    assert advise(domain).ready


def test_a_record_that_is_not_right_comes_first(domain):
    publish(domain, dkim="wrong")
    weeks(row(OURS, 20))
    assert unmet(domain) == ["Not verified: DKIM"]


def test_reports_that_nobody_vouches_for_count_for_nothing(domain):
    publish(domain)
    weeks(row(OURS, 20), proved_by="")
    assert unmet(domain)[:2] == [
        "Proved reports about 0 of the last 30 days; 14 are needed",
        "0 messages of your senders reported; 100 are needed",
    ]


def test_from_quarantine_to_reject_it_must_have_been_seen(domain):
    publish(domain, "v=DMARC1; p=quarantine")
    weeks(row(OURS, 20), policy="none")
    assert unmet(domain) == ["p=quarantine has been seen on 0 days; 14 are needed"]
    weeks(row(OURS, 20), policy="quarantine", proved_by="other.test")
    found = advise(domain)
    assert (found.ready, found.following) == (True, "reject")
    assert found.record == f"v=DMARC1; p=reject; {OUR_RUA}"


def test_a_policy_for_a_part_of_the_mail_counts_for_all_of_it_next(domain):
    publish(domain, "v=DMARC1; p=quarantine; pct=20; sp=none")
    weeks(row(OURS, 20))
    found = advise(domain)
    assert (found.ready, found.following) == (True, "quarantine")
    assert found.record == f"v=DMARC1; p=quarantine; sp=none; {OUR_RUA}"


def test_a_record_too_long_to_be_kept_is_not_made_up(domain):
    publish(domain, "v=DMARC1; p=none; rua=mailto:" + "x" * 460 + "…")
    weeks(row(OURS, 20))
    found = advise(domain)
    assert (found.ready, found.record) == (True, "")


def test_after_reject_nothing_stricter_is_left(domain):
    publish(domain, "v=DMARC1; p=reject")
    assert advise(domain).following == ""


@pytest.mark.parametrize("state", ["missing", "wrong"])
def test_without_a_record_there_is_nothing_to_advise(domain, state):
    RecordCheck.objects.create(domain=domain, kind="dmarc", state=state)
    assert advise(domain).policy == ""


def test_what_the_organization_asks_of_names_below_is_never_weakened(acme):
    shop = make_domain(acme, "shop.acme.test")
    publish(shop, "v=DMARC1; p=none; sp=reject")
    assert advise(shop).following == ""
