import pytest
from django.urls import reverse

from kuploy.errors import Refused
from mailboxes.models import HostJob, Mailbox
from mailboxes.services import disable_mailbox, edit_mailbox, enable_mailbox
from tests.conftest import GB


@pytest.fixture
def act(as_alice, mailbox):
    """`act("disable")` posts to that address of the mailbox."""
    return lambda name, **typed: as_alice.post(
        reverse(f"mailboxes:{name}", args=["acme", mailbox.pk]), typed
    )


@pytest.fixture
def postmaster(domain):
    return Mailbox.objects.get(address="postmaster@acme.test")


def now(mailbox) -> Mailbox:
    return Mailbox.objects.get(pk=mailbox.pk)


def test_name_and_size_are_changed_and_the_message_cap_with_them(act, mailbox):
    assert act("edit", display_name="Office", quota_bytes=16 * GB).status_code == 302
    box = now(mailbox)
    assert (box.display_name, box.quota_bytes, box.quota_messages) == ("Office", 16 * GB, 524_288)


def test_a_size_that_goes_up_and_down_all_the_time_is_refused_in_the_end(act, mailbox):
    answers = [act("edit", quota_bytes=(2 - size % 2) * GB).status_code for size in range(21)]
    assert answers == [302] * 20 + [422]
    assert now(mailbox).quota_bytes == GB
    assert act("edit", display_name="Still", quota_bytes=GB).status_code == 302


def test_the_language_of_notices_is_changed(act, mailbox, acme):
    assert act("edit", display_name="", quota_bytes=GB, language="it").status_code == 302
    assert now(mailbox).language == "it"
    assert acme.audit_events.latest("pk").details["language"] == "it"


def test_a_language_left_out_stays(act, mailbox):
    Mailbox.objects.filter(pk=mailbox.pk).update(language="fr")
    assert act("edit", display_name="Office", quota_bytes=GB).status_code == 302
    assert now(mailbox).language == "fr"


def test_a_language_that_nobody_offers_is_shown_again(act, mailbox):
    assert act("edit", display_name="", quota_bytes=GB, language="tlh").status_code == 422
    assert now(mailbox).language == "en"


@pytest.mark.parametrize("size", [26 * GB, 0, -1, GB + 1, "", "x", "9" * 40])
def test_a_size_that_is_no_choice_is_shown_again(act, mailbox, size):
    assert act("edit", display_name="", quota_bytes=size).status_code == 422
    assert now(mailbox).quota_bytes == GB


def test_a_size_from_before_the_plan_shrank_may_stay(act, mailbox, plan):
    plan.default_size_bytes = plan.largest_size_bytes = GB // 2
    plan.save()
    assert act("edit", display_name="New", quota_bytes=GB).status_code == 302
    assert act("edit", display_name="New", quota_bytes=2 * GB).status_code == 422


def test_the_postmasters_size_is_fixed(as_alice, postmaster, actor):
    url = reverse("mailboxes:edit", args=["acme", postmaster.pk])
    assert as_alice.post(url, {"display_name": "P", "quota_bytes": GB}).status_code == 302
    box = now(postmaster)
    assert (box.display_name, box.quota_bytes, box.quota_messages) == ("P", 50 * 2**20, 1600)
    with pytest.raises(Refused, match="size of the postmaster mailbox is fixed"):
        edit_mailbox(mailbox=box, display_name="", quota_bytes=GB, language="en", actor=actor)


def test_disabled_it_owes_the_end_of_open_sessions(act, mailbox, queued):
    with queued() as jobs:
        assert act("disable").status_code == 302
    assert now(mailbox).state == Mailbox.State.DISABLED
    assert HostJob.objects.get().kind == HostJob.Kind.KICK
    assert jobs == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


def test_enabled_again_it_owes_nothing(act, mailbox, queued):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.DISABLED)
    with queued() as jobs:
        act("enable")
    assert now(mailbox).state == Mailbox.State.ACTIVE
    assert jobs == []


@pytest.mark.parametrize("state", ["disabled", "blocked"])
def test_what_is_not_active_is_not_disabled_again(mailbox, actor, state):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=state)
    with pytest.raises(Refused, match="Look again"):
        disable_mailbox(mailbox=mailbox, actor=actor)
    assert not HostJob.objects.exists()


def test_what_the_provider_blocked_is_not_enabled_by_the_customer(mailbox, actor):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.BLOCKED)
    with pytest.raises(Refused):
        enable_mailbox(mailbox=mailbox, actor=actor)
    assert now(mailbox).state == Mailbox.State.BLOCKED


@pytest.mark.parametrize("name", ["edit", "password", "disable", "enable", "delete"])
def test_nothing_is_done_to_one_being_deleted(act, mailbox, name):
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.DELETING)
    assert act(name, quota_bytes=GB).status_code == 403
