"""A mailbox has a size that is on offer, and holds as many messages as the plan says."""

import pytest
from django.urls import reverse

from kuploy.errors import Refused
from mailboxes.models import Mailbox
from mailboxes.services import create_mailbox, edit_mailbox
from tests.conftest import GB, PASSWORD


@pytest.fixture
def offer(plan):
    """`offer(2, 16)` makes these the sizes on offer, in GB; a new mailbox gets the first."""

    def offer(*sizes, **more):
        plan.allowed_sizes_gb, plan.default_size_bytes = list(sizes), sizes[0] * GB
        for name, value in more.items():
            setattr(plan, name, value)
        plan.save()

    return offer


@pytest.fixture
def create(domain, actor):
    return lambda size: create_mailbox(
        domain=domain, local_part="new", display_name="", password=PASSWORD, quota_bytes=size,
        actor=actor,
    )  # fmt: skip


@pytest.fixture
def resize(mailbox, actor):
    def resize(size):
        box = Mailbox.objects.get(pk=mailbox.pk)
        edit_mailbox(mailbox=box, display_name="", quota_bytes=size, language="en", actor=actor)
        return box

    return resize


def choices(form) -> list[int]:
    return [size // GB for size, _label in form.fields["quota_bytes"].choices]


def test_the_form_offers_what_the_plan_offers(as_alice, offer, domain):
    offer(2, 4, 16, largest_size_bytes=8 * GB)
    form = as_alice.get(reverse("mailboxes:add", args=["acme"])).context["form"]
    assert choices(form) == [2, 4]
    assert form["quota_bytes"].value() == 2 * GB


def test_the_size_of_a_new_mailbox_is_on_offer_by_being_that(create, offer, plan):
    offer(2, 4)
    plan.default_size_bytes = 3 * GB
    plan.save()
    assert create(3 * GB).quota_bytes == 3 * GB


@pytest.mark.parametrize("size", [1, GB, 3 * GB, 2 * GB + 1])
def test_another_size_is_refused_with_those_on_offer(create, resize, offer, size):
    offer(2, 4)
    for act in (create, resize):
        if (act, size) != (resize, GB):  # the one that it has
            with pytest.raises(Refused, match="one of these sizes: 2 GB, 4 GB"):
                act(size)


def test_an_odd_size_stays_and_once_changed_is_not_to_be_had_again(as_alice, mailbox, offer):
    offer(2, 4)
    url = reverse("mailboxes:edit", args=["acme", mailbox.pk])
    form = as_alice.get(mailbox.get_absolute_url()).context["edit_form"]
    assert choices(form) == [1, 2, 4]
    for size, status in ((1, 302), (2, 302), (1, 422)):
        typed = {"display_name": "Name", "quota_bytes": size * GB}
        assert as_alice.post(url, typed).status_code == status


def test_the_plan_says_how_many_messages_a_mailbox_holds(create, resize, offer):
    offer(2, 4, message_cap=5000)
    assert create(4 * GB).quota_messages == 5000
    assert resize(2 * GB).quota_messages == 5000


def test_else_it_is_what_belongs_to_the_size(create, resize, offer):
    offer(2, 4)
    assert create(4 * GB).quota_messages == 131_072
    assert resize(2 * GB).quota_messages == 65_536


def test_the_postmasters_mailbox_has_its_own_size_whatever_the_plan_offers(domain, offer):
    postmaster = domain.mailboxes.get()
    assert (postmaster.quota_bytes, postmaster.quota_messages) == (50 * 2**20, 1600)
