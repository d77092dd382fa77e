"""The page of a domain: steps, results, and the truth about a worker that is away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from domains.dns.findings import Kind, State
from domains.models import Domain, RecordCheck
from quotas.settlement import settle
from tests.conftest import HTMX
from tests.quotas.test_settlement import fill


def checked(domain, kind, state, **fields):
    moment = timezone.now()
    RecordCheck.objects.create(
        domain=domain, kind=kind, state=state, **{"checked_at": moment, **fields}
    )


def test_it_leads_from_proof_to_records(as_alice, pending):
    page = as_alice.get(pending.get_absolute_url()).text
    assert "1. Prove that the domain is yours" in page
    assert "0 of 4 are verified" in page


def test_it_leads_from_records_to_mailboxes(as_alice, domain):
    Domain.objects.filter(pk=domain.pk).update(healthy=True)
    page = as_alice.get(domain.get_absolute_url()).text
    assert "All four DNS records are verified" in page
    assert reverse("mailboxes:add", args=[domain.account.slug]) + "?domain=acme.test" in page


def test_the_steps_go_when_all_is_done(as_alice, domain, mailbox):
    Domain.objects.filter(pk=domain.pk).update(healthy=True)
    assert 'class="card-body steps"' not in as_alice.get(domain.get_absolute_url()).text


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_page_and_list_say_what_the_domain_holds(client, request, domain, mailbox, who):
    client.force_login(request.getfixturevalue(who))
    pages = (domain.get_absolute_url(), reverse("domains:list", args=["acme"]))
    for page in pages:
        assert "0\xa0bytes" in client.get(page).text
    fill(mailbox, 50, messages=1234)
    settle()
    for page in pages:
        assert "512.0\xa0MB" in client.get(page).text
    assert "in 1,234 messages" in client.get(pages[0]).text


def test_who_only_reads_is_offered_nothing_to_change(client, bob, domain):
    client.force_login(bob)
    page = client.get(domain.get_absolute_url()).text
    assert "Mail of this domain" in page
    assert "catch-all" not in page
    assert "?domain=acme.test" not in page


def test_foreign_text_is_only_text(as_alice, domain):
    hostile = "v=spf1 <script>alert(1)</script>"
    checked(domain, Kind.SPF, State.WRONG, found=[hostile], advice="v=spf1 mx ~all")
    page = as_alice.get(domain.get_absolute_url()).text
    assert "<script>alert" not in page
    assert "Publish instead" in page


def test_a_failed_look_up_leaves_the_verdict(as_alice, domain):
    later = timezone.now() + timedelta(seconds=1)
    checked(domain, Kind.DMARC, State.OK, failed_at=later, failure="SERVFAIL from ns1.")
    page = as_alice.get(domain.get_absolute_url()).text
    assert page.count("Verified") == 1
    assert "Could not check at" in page


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (5, True)])
def test_it_says_when_the_worker_is_away(as_alice, domain, minutes, late):
    asked = timezone.now() - timedelta(minutes=minutes)
    Domain.objects.filter(pk=domain.pk).update(check_queued_at=asked, checked_at=None)
    page = as_alice.get(domain.get_absolute_url()).text
    assert ("The check is late" in page) is late
    # It goes on asking either way, only less often.
    assert ("delay:5s" in page) is late
    assert ("delay:700ms" in page) is not late


def test_the_result_is_spoken(as_alice, domain):
    now = timezone.now()
    Domain.objects.filter(pk=domain.pk).update(check_queued_at=now, checked_at=now)
    url = reverse("domains:status", args=[domain.account.slug, domain.pk])
    fragment = as_alice.get(url, headers=HTMX).text
    assert 'id="spoken"' in fragment
    assert "hx-get" not in fragment


def test_the_keys_of_a_domain_are_read_once(as_alice, domain):
    with CaptureQueriesContext(connection) as asked:
        as_alice.get(domain.get_absolute_url())
    assert len([each for each in asked if "domains_dkimkey" in each["sql"]]) == 1
