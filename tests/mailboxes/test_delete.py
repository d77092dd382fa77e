import pytest
from django.urls import reverse

from kuploy.errors import Refused
from mailboxes import removal
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.conftest import make_domain, make_mailbox


@pytest.fixture
def url(mailbox):
    return reverse("mailboxes:delete", args=["acme", mailbox.pk])


def test_it_asks_for_the_address_to_be_typed(as_alice, url, mailbox):
    assert "info@acme.test" in as_alice.get(url).text
    for typed in ("", "info", "info@acme.tes", "info@acme.test\0"):
        assert as_alice.post(url, {"name": typed}).status_code == 422
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.ACTIVE


def test_typed_it_goes_and_its_mail_is_owed_to_the_host(as_alice, url, mailbox, queued):
    with queued() as jobs:
        assert as_alice.post(url, {"name": " INFO@acme.test "}).status_code == 302
    mailbox.refresh_from_db()
    assert mailbox.state == Mailbox.State.DELETING
    job = HostJob.objects.get()
    assert (job.kind, job.mailbox_id, job.address) == ("purge", mailbox.pk, "info@acme.test")
    assert (job.host, job.home) == (mailbox.host, mailbox.home)
    assert jobs == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


def test_the_list_shows_it_until_it_is_gone_and_says_why(as_alice, mailbox, actor):
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    HostJob.objects.update(last_error="Dovecot on mail1 does not answer.", attempts=3)
    text = as_alice.get(reverse("mailboxes:list", args=["acme"])).text
    assert "info@acme.test" in text
    assert "Being deleted" in text


def test_a_second_click_is_refused(mailbox, actor):
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    with pytest.raises(Refused, match="being deleted already"):
        removal.delete_mailbox(mailbox=mailbox, actor=actor)
    assert HostJob.objects.count() == 1


def test_the_postmaster_goes_only_with_its_domain(domain, actor):
    postmaster = Mailbox.objects.get()
    with pytest.raises(Refused, match="only with its domain"):
        removal.delete_mailbox(mailbox=postmaster, actor=actor)


def test_its_place_in_the_plan_is_free_at_once(mailbox, plan, actor):
    plan.mailbox_limit = 1
    plan.save()
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    make_mailbox(mailbox.domain, "second")


def test_its_address_can_be_taken_anew_at_once(mailbox, actor):
    Usage.objects.create(
        username=mailbox.address, bytes=5, messages=1, updated_at=mailbox.created_at
    )
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    heir = make_mailbox(mailbox.domain, "info")
    assert heir.home != mailbox.home
    assert heir.usage is None


def test_the_next_owner_of_a_removed_domain_gets_a_postmaster(domain, actor, charlie):
    removal.remove_domain(domain=domain, actor=actor)
    elsewhere = charlie.memberships.get().account
    heir = make_domain(elsewhere, domain.name)
    living = Mailbox.objects.exclude(state=Mailbox.State.DELETING)
    assert living.get(address="postmaster@acme.test").domain == heir
