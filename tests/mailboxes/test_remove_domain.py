import pytest
from django.urls import reverse

from domains.models import Domain
from domains.services import suspend_domain
from kuploy.errors import Refused
from mailboxes.models import Alias, HostJob, Mailbox
from mailboxes.removal import remove_domain
from quotas.models import Usage
from tests.concurrency import at_once
from tests.conftest import make_alias, make_domain, make_mailbox, provider_of


@pytest.fixture
def url(domain):
    return reverse("mailboxes:remove_domain", args=["acme", domain.pk])


def test_it_says_what_goes_with_it(as_alice, url, mailbox):
    Usage.objects.create(
        username=mailbox.address, bytes=3 * 2**30, messages=9, updated_at=mailbox.created_at
    )
    page = as_alice.get(url)
    assert page.context["mail_bytes"] == 3 * 2**30
    assert "3.0" in page.text


@pytest.mark.parametrize("typed", ["", "acme", "acme.tes", "info@acme.test", "%", "acme.test\0"])
def test_without_the_name_it_stays(as_alice, url, domain, typed):
    assert as_alice.post(url, {"name": typed}).status_code == 422
    assert Domain.objects.get().status == Domain.Status.ACTIVE


def test_with_mailboxes_it_waits_for_their_purge(as_alice, url, domain, mailbox, queued):
    with queued() as jobs:
        assert as_alice.post(url, {"name": " ACME.test"}).status_code == 302
    domain.refresh_from_db()
    assert (domain.status, domain.proved_at, domain.served) == ("removing", None, False)
    assert set(Mailbox.objects.values_list("state", flat=True)) == {"deleting"}
    addresses = HostJob.objects.filter(kind="purge").values_list("address", flat=True)
    assert sorted(addresses) == ["info@acme.test", "postmaster@acme.test"]
    assert jobs == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


def test_one_that_is_being_deleted_already_is_owed_once(domain, mailbox, actor):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.DELETING)
    remove_domain(domain=domain, actor=actor)
    assert HostJob.objects.count() == 1


def test_without_mailboxes_it_is_gone_at_once(pending, actor):
    remove_domain(domain=pending, actor=actor)
    assert not Domain.objects.exists()


def test_its_aliases_and_alias_domains_go_with_it(domain, acme, actor):
    make_alias(domain, "team", "x@example.test")
    make_domain(acme, "mirror.test", alias_of=domain)
    remove_domain(domain=domain, actor=actor)
    assert not Alias.objects.exists()
    assert [row.name for row in Domain.objects.all()] == ["acme.test"]


def test_an_alias_domain_goes_alone(domain, acme, actor):
    mirror = make_domain(acme, "mirror.test", alias_of=domain)
    remove_domain(domain=mirror, actor=actor)
    assert Domain.objects.get() == domain


def test_its_place_in_the_plan_is_free_at_once(acme, domain, mailbox, actor):
    remove_domain(domain=domain, actor=actor)
    acme.refresh_from_db()
    assert (acme.domain_count, acme.mailbox_count, acme.alias_count) == (0, 0, 0)


def test_while_it_is_removed_nothing_is_done_to_it(as_alice, url, domain, actor):
    make_mailbox(domain)
    remove_domain(domain=domain, actor=actor)
    assert as_alice.post(url, {"name": "acme.test"}).status_code == 403
    verify = reverse("domains:verify", args=["acme", domain.pk])
    assert as_alice.post(verify).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_clicks_remove_it_once(acme, domain, actor):
    outcomes = at_once(*[lambda: remove_domain(domain=domain, actor=actor)] * 2)
    assert {type(outcome) for outcome in outcomes} == {type(None), Refused}
    assert acme.audit_events.filter(action="domain.removed").count() == 1


def test_it_does_not_touch_a_name_that_only_looks_alike(acme, domain, actor):
    other = make_domain(acme, "notacme.test")
    box = make_mailbox(other)
    remove_domain(domain=domain, actor=actor)
    box.refresh_from_db()
    assert box.state == Mailbox.State.ACTIVE


def test_a_suspended_domain_is_not_freed_by_its_owner(domain, actor):
    provider = provider_of(domain.account)
    suspend_domain(domain=domain, level=10, reason="A court asks", actor=provider)
    with pytest.raises(Refused, match="suspended"):
        remove_domain(domain=domain, actor=actor)
