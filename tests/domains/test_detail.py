import pytest
from django.conf import settings
from django.urls import reverse

from domains.dns.findings import State
from domains.models import Domain
from domains.records import for_proof, to_publish, zone_file
from domains.services import request_check
from domains.verification import record
from tests.conftest import HTMX, make_domain
from tests.domains.findings import found


@pytest.fixture
def url(acme, domain):
    return lambda name: reverse(f"domains:{name}", args=["acme", domain.pk])


def now(domain) -> Domain:
    return Domain.objects.get(pk=domain.pk)


def test_the_page_shows_what_to_publish(as_alice, domain):
    text = as_alice.get(domain.get_absolute_url()).text
    for row in to_publish(domain):
        assert row.host in text
        assert row.value[:60] in text


def test_a_pending_domain_shows_how_to_prove_it(as_alice, pending):
    text = as_alice.get(pending.get_absolute_url()).text
    assert pending.proof_label in text
    assert settings.PROOF_IP in text
    assert pending.proof_text in text
    assert "postmaster@acme.test" in text


def test_the_token_is_the_same_at_each_visit(as_alice, pending):
    as_alice.get(pending.get_absolute_url())
    assert now(pending).proof_label == pending.proof_label


def test_what_was_found_is_shown_as_text(as_alice, domain):
    findings = found(spf=State.WRONG)
    hostile = type(findings["spf"])("spf", State.WRONG, "<b>bad</b>", found=("<script>x</script>",))
    record([(domain, {**findings, "spf": hostile})])
    text = as_alice.get(domain.get_absolute_url()).text
    assert "<script>x</script>" not in text
    assert "&lt;script&gt;x&lt;/script&gt;" in text


def test_a_failed_look_up_says_that_it_could_not_check(as_alice, domain):
    record([(domain, found(State.UNREACHABLE))])
    assert "mx is unreachable" in as_alice.get(domain.get_absolute_url()).text


def test_verify_queues_one_check(as_alice, url, domain, queued):
    with queued() as jobs:
        assert as_alice.post(url("verify")).url == domain.get_absolute_url()
    assert jobs == [("domains.tasks.check_domain", str(domain.pk))]
    assert now(domain).checking


def test_verify_answers_htmx_with_the_status_alone(as_alice, url, queued):
    with queued():
        response = as_alice.post(url("verify"), headers=HTMX)
    assert response.status_code == 200
    assert "<html" not in response.text


def test_a_hasty_second_click_queues_nothing(as_alice, url, queued):
    with queued() as jobs:
        as_alice.post(url("verify"))
        assert as_alice.post(url("verify")).status_code == 422
    assert len(jobs) == 1


def test_a_check_asked_for_is_due_also_when_the_nudge_is_lost(domain, actor):
    request_check(domain=domain, actor=actor)
    after = now(domain)
    assert after.next_check_at == after.check_queued_at


def test_deliver_here_makes_it_local_before_mx_does(as_alice, url, domain):
    Domain.objects.update(mx_here=False)
    as_alice.post(url("deliver_here"), {"on": "on"})
    assert now(domain).local
    as_alice.post(url("deliver_here"))
    assert not now(domain).local


def test_deliver_here_does_not_help_who_has_not_proved(as_alice, pending):
    as_alice.post(reverse("domains:deliver_here", args=["acme", pending.pk]), {"on": "on"})
    assert not now(pending).local


def test_the_zone_file_is_one_that_name_servers_read(as_alice, url, domain):
    import dns.zone

    response = as_alice.get(url("zone_file"))
    assert response["Content-Disposition"] == 'attachment; filename="acme.test.zone"'
    zone = dns.zone.from_text(
        response.text, origin="acme.test.", relativize=False, check_origin=False
    )
    hosts = {str(rdata.exchange) for rdata in zone.find_rdataset("acme.test.", "MX")}
    assert hosts == {f"{host}." for host in settings.MX_HOSTS}
    (dkim,) = zone.find_rdataset(f"{to_publish(domain)[3].host}.acme.test.", "TXT")
    assert b"".join(dkim.strings).decode() == to_publish(domain)[3].value
    assert all(len(part) <= 255 for part in dkim.strings)


def test_the_zone_file_of_a_pending_domain_has_the_proof(as_alice, pending):
    text = as_alice.get(reverse("domains:zone_file", args=["acme", pending.pk])).text
    assert zone_file(for_proof(pending)) in text


def test_the_list_is_searched_and_filtered(as_alice, acme, domain):
    make_domain(acme, "other.test", proved=False)

    def shown(**query):
        page = as_alice.get(reverse("domains:list", args=["acme"]), query).context["page"]
        return [row.name for row in page.rows]

    assert shown() == ["acme.test", "other.test"]
    assert shown(q="OTH") == ["other.test"]
    assert shown(status="active") == ["acme.test"]
    assert shown(status="no-such-status") == ["acme.test", "other.test"]


def test_an_international_name_is_found_as_it_is_read(as_alice, acme):
    make_domain(acme, "xn--bcher-kva.example", proved=False)
    page = as_alice.get(reverse("domains:list", args=["acme"]), {"q": "bücher"})
    assert "bücher.example" in page.text
    assert len(page.context["page"].rows) == 1
