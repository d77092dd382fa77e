"""The page of a domain's reports, its senders' pages, and the line that leads there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, User
from domains.models import Domain, RecordCheck
from domains.reports.models import Inbox, Sum
from tests.conftest import make_domain
from tests.domains.reports.reports import SERVICE, STRANGER, forged, row
from tests.kuploy.test_costs import statements


@pytest.fixture
def url(domain):
    return reverse("domains:reports:overview", args=["acme", domain.pk])


@pytest.fixture
def of_sender(domain):
    return lambda key: reverse("domains:reports:sender", args=["acme", domain.pk]) + f"?of={key}"


def test_before_the_first_report_it_says_what_to_publish(as_alice, url):
    page = as_alice.get(url).text
    assert "No reports yet" in page
    assert "v=DMARC1; p=none; rua=mailto:dmarc@reports.test" in page
    assert "_dmarc.acme.test" in page


def test_with_the_record_published_it_says_to_wait(as_alice, url, domain):
    RecordCheck.objects.create(domain=domain, kind="dmarc", state="ok", checked_at=timezone.now())
    page = as_alice.get(url).text
    assert "a day or two after it is published" in page
    assert "v=DMARC1" not in page


def test_it_shows_who_sent_and_how_it_fared(as_alice, url, receive):
    receive(
        row(count=1200),
        row(SERVICE, 9, dkim="fail", spf="fail", signed="shop.test", mailed=""),
        forged(count=5, disposition="reject"),
    )
    page = as_alice.get(url).text
    for words in ("Our mail servers", "1,200", "shop.test", "Never passes", "5 refused"):
        assert words in page
    assert "Messages per day since" in page


def test_a_record_that_names_us_no_more_is_told(as_alice, url, receive, domain):
    receive()
    RecordCheck.objects.create(
        domain=domain, kind="dmarc", state="ok", advice="v=DMARC1; p=none; rua=mailto:x",
        found=["v=DMARC1; p=none"], checked_at=timezone.now(),
    )  # fmt: skip
    assert "No more reports are asked for" in as_alice.get(url).text


def test_a_senders_page_shows_its_addresses(as_alice, of_sender, receive):
    receive(row(count=3), forged(STRANGER, 5), forged("203.0.113.7", 50))
    page = as_alice.get(of_sender("")).text
    assert page.index("203.0.113.7") < page.index(STRANGER)
    assert "192.0.2.10" not in page
    assert as_alice.get(of_sender("nobody.test")).status_code == 404


def test_a_year_shows_what_thirty_days_do_not(as_alice, url, of_sender, receive):
    receive(days_ago=60)
    assert "Nothing was reported" not in as_alice.get(url + "?days=90").text
    assert as_alice.get(of_sender("ours")).status_code == 404
    assert as_alice.get(of_sender("ours") + "&days=365").status_code == 200
    Sum.objects.update(day=timezone.now().date() - timedelta(days=200))
    assert "Our mail servers" in as_alice.get(url + "?days=365").text


@pytest.mark.parametrize("days", ["0", "31", "x", "-1", "٣٠", "9" * 50])
def test_a_time_that_is_none_is_thirty_days(as_alice, url, days):
    assert as_alice.get(url, {"days": days}).context["period"] == 30


def test_foreign_text_is_only_text(as_alice, url, receive):
    receive(row(), reporter="&lt;script&gt;alert(1)&lt;/script&gt;", proved_by="")
    assert "<script>alert" not in as_alice.get(url).text


def test_a_postmaster_sees_only_the_chosen_domains(client, acme, domain, url):
    other = make_domain(acme, "other.test")
    user = User.objects.create_user("pat@example.test")
    Membership.objects.create(user=user, account=acme, role=Role.POSTMASTER, domain_ids=[other.pk])
    client.force_login(user)
    assert client.get(url).status_code == 404
    assert (
        client.get(reverse("domains:reports:overview", args=["acme", other.pk])).status_code == 200
    )


def test_a_page_costs_the_same_for_many_reports(as_alice, url, of_sender, receive):
    def fill(start, end):
        for number in range(start, end):
            ip = f"203.0.113.{number}"
            receive(
                row(ip, 5, signed=f"s{number}.test", mailed=""), forged(ip),
                report_id=f"r{number}", proved_by=f"p{number}.test", days_ago=number % 28 + 1,
            )  # fmt: skip

    fill(0, 2)
    few = statements(as_alice, url), statements(as_alice, of_sender(""))
    fill(2, 20)
    assert (statements(as_alice, url), statements(as_alice, of_sender(""))) == few
    assert max(few) <= 14


def test_the_page_of_a_domain_leads_there(as_alice, domain, url, settings):
    assert url in as_alice.get(domain.get_absolute_url()).text
    settings.REPORTS_ADDRESS = ""
    assert url not in as_alice.get(domain.get_absolute_url()).text


def test_without_an_address_there_are_no_such_pages(as_alice, url, of_sender, receive, settings):
    receive()
    settings.REPORTS_ADDRESS = ""
    assert as_alice.get(url).status_code == 404
    assert as_alice.get(of_sender("ours")).status_code == 404


def test_a_domain_that_is_not_proved_has_an_empty_page(as_alice, pending):
    assert "No reports yet" in as_alice.get(
        reverse("domains:reports:overview", args=["acme", pending.pk])
    ).text  # fmt: skip
    assert Domain.objects.get().served is False


@pytest.fixture
def start(client, db):
    client.force_login(User.objects.create_superuser("root@example.test", "x"))
    return lambda: client.get("/admin/").text


def test_the_provider_is_told_while_nobody_reads_them(start):
    assert "Nobody reads DMARC reports" in start()
    Inbox.objects.create(pk=Inbox.ONLY)
    Inbox.was_read(1, 0)
    assert "DMARC reports" not in start()
    Inbox.could_not_be_read("the door is shut")
    assert "DMARC reports are not read: the door is shut" in start()


def test_the_provider_is_told_when_receivers_may_send_none(start):
    Inbox.objects.create(pk=Inbox.ONLY, takes_reports=False)
    Inbox.was_read(0, 0)
    assert "*._report._dmarc.reports.test TXT" in start()
    Inbox.objects.update(takes_reports=True)
    assert "_report._dmarc" not in start()


def test_the_provider_without_an_address_is_not(start, settings):
    settings.REPORTS_ADDRESS = ""
    assert "DMARC reports" not in start()
