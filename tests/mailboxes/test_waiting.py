"""Two who work on the same thing at one moment: one waits for the other, and both get through."""

import pytest
from django.db import transaction

from domains.models import Domain
from mailboxes import purge, removal, services
from mailboxes.imports import services as imports
from mailboxes.imports.models import ImportRow
from mailboxes.models import Alias, HostJob, Mailbox
from tests.concurrency import Meeting, at_once
from tests.conftest import make_alias, make_domain, make_mailbox
from tests.imports.conftest import do_all, uploader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting():
    return Meeting()


@pytest.fixture
def purging(mailbox, actor, meeting, monkeypatch):
    """The last step of a deletion, which stops while it holds the domain."""
    removal.delete_mailbox(mailbox=mailbox, actor=actor)
    job = HostJob.objects.get(kind="purge")

    class Stops:
        filter = staticmethod(lambda **_wanted: Stops)
        delete = staticmethod(meeting.hold)

    monkeypatch.setattr(purge, "Usage", type("Usage", (), {"objects": Stops}))

    def forget():
        with transaction.atomic():
            purge._forget(job)

    return forget


def test_an_address_is_taken_anew_while_its_old_mailbox_goes(purging, meeting, domain):
    found = at_once(purging, meeting.then(lambda: make_mailbox(domain)))
    assert [type(each) for each in found] == [type(None), Mailbox]


def test_an_address_is_imported_while_its_old_mailbox_goes(purging, meeting, acme, actor):
    job = uploader(acme, actor)("info@acme.test;a long password")
    imports.apply(job=job, domain_ids=None, actor=actor)
    found = at_once(purging, meeting.then(lambda: do_all(job)))
    assert not [each for each in found if isinstance(each, Exception)]
    assert job.rows.get().state == ImportRow.State.MADE


def test_several_domains_are_imported_into_while_they_are_checked(acme, actor, meeting):
    domains = sorted((make_domain(acme, f"{name}.test") for name in "ab"), key=lambda d: d.pk)
    lines = "\n".join(f"x@{each.name};a long password" for each in reversed(domains))
    job = uploader(acme, actor)(lines)
    imports.apply(job=job, domain_ids=None, actor=actor)

    @transaction.atomic
    def check() -> None:
        rows = Domain.objects.select_for_update(no_key=True)
        rows.get(pk=domains[0].pk)
        meeting.hold()
        rows.get(pk=domains[1].pk)

    found = at_once(check, meeting.then(lambda: do_all(job)))
    assert not [each for each in found if isinstance(each, Exception)]


def test_a_mailbox_is_deleted_while_its_domain_changes(mailbox, domain, actor, meeting):
    @transaction.atomic
    def check() -> None:
        Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)
        meeting.hold()
        Domain.objects.filter(pk=domain.pk).update(mx_here=False)  # its mailboxes are told

    def delete() -> None:
        removal.delete_mailbox(mailbox=mailbox, actor=actor)

    assert at_once(check, meeting.then(delete)) == [None, None]


def test_an_alias_is_deleted_while_its_domain_is_removed(domain, actor, meeting, monkeypatch):
    alias = make_alias(domain, "team", "x@example.test")
    monkeypatch.setattr(removal, "check_may_delete", meeting.hold)

    def remove() -> None:
        removal.remove_domain(domain=domain, actor=actor)

    def delete() -> None:
        services.delete_alias(alias=alias, actor=actor)

    gone, refused = at_once(remove, meeting.then(delete))
    assert (gone, str(refused)) == (None, "team@acme.test is gone already.")
    assert not Alias.objects.exists()
