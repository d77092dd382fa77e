"""The provider suspends and resumes accounts, domains and mailboxes, many at once."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Suspension
from tests.admin.forms import act, page_of
from tests.conftest import make_mailbox

LISTS = {"acme": "accounts_account", "domain": "domains_domain", "mailbox": "mailboxes_mailbox"}
TYPED = {"go": "1", "level": "20", "reason": "Sends spam"}


@pytest.fixture(params=LISTS)
def row(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def url(row):
    name = LISTS[{"account": "acme"}.get(row._meta.model_name, row._meta.model_name)]
    return reverse(f"admin:{name}_changelist")


def test_the_step_and_a_reason_are_asked_for_first(provider, row, url):
    page = act(provider, url, "suspend", row)
    assert set(page.context["form"].fields) == {"level", "reason"}
    page = act(provider, url, "suspend", row, go="1", level="20", reason=" ")
    assert page.context["form"].errors.keys() == {"reason"}
    row.refresh_from_db()
    assert row.suspension == Suspension.NONE


def test_what_was_chosen_is_suspended_seen_in_the_list_and_resumed(provider, row, url):
    act(provider, url, "suspend", row, **TYPED)
    row.refresh_from_db()
    assert (row.provider_step, row.suspension_reason) == (20, "Sends spam")
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.actor_name) == ("suspension.no_sign_in", "provider@example.test")
    assert "Cannot sign in" in provider.get(url).text
    assert "Sends spam" in provider.get(page_of(row)).text
    act(provider, url, "resume", row)
    row.refresh_from_db()
    assert row.suspension == Suspension.NONE


def test_many_at_once_and_those_that_are_not_suspended_are_named(provider, domain, mailbox):
    url = reverse("admin:mailboxes_mailbox_changelist")
    second = make_mailbox(domain, "second")
    act(provider, url, "suspend", mailbox, **TYPED)
    page = act(provider, url, "resume", mailbox, second)
    assert "second@acme.test is not suspended itself" in page.text
    assert "Done for 1." in page.text


@pytest.mark.parametrize(("step", "found"), [("20", True), ("10", False), ("nonsense", True)])
def test_the_list_is_filtered_by_the_step(provider, row, url, step, found):
    act(provider, url, "suspend", row, **TYPED)
    page = provider.get(url, {"suspension": step})
    listed = {each.pk for each in page.context["cl"].result_list}
    assert (row.pk in listed) is found
