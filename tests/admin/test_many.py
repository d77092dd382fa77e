"""Acts on many rows at once."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.admin import many
from accounts.models import Account, AuditEvent, Plan
from domains.models import Domain
from mailboxes.models import HostJob
from tests.admin.forms import act
from tests.conftest import make_domain, make_mailbox

DOMAINS = reverse("admin:domains_domain_changelist")
MAILBOXES = reverse("admin:mailboxes_mailbox_changelist")


def test_what_is_refused_is_said_by_name(provider, domain, pending_too):
    Domain.objects.filter(pk=pending_too.pk).update(check_queued_at=timezone.now())
    page = act(provider, DOMAINS, "check_again", domain, pending_too)
    assert "pending.test: pending.test is being checked" in page.text
    assert "Done for 1." in page.text


@pytest.fixture
def pending_too(acme):
    return make_domain(acme, "pending.test", proved=False)


def test_dns_is_checked_again(provider, domain, queued):
    with queued() as jobs:
        act(provider, DOMAINS, "check_again", domain)
    assert jobs == [("domains.tasks.check_domain", str(domain.pk))]


def test_mailboxes_are_disabled_and_enabled(provider, mailbox):
    seen = []
    for action in ("disable", "enable"):
        act(provider, MAILBOXES, action, mailbox)
        mailbox.refresh_from_db()
        seen.append((mailbox.state, AuditEvent.objects.latest("pk").action))
    assert seen == [("disabled", "mailbox.disabled"), ("active", "mailbox.enabled")]


def test_open_sessions_end_on_the_mail_host(provider, mailbox):
    act(provider, MAILBOXES, "kick", mailbox)
    assert HostJob.objects.get().kind == HostJob.Kind.KICK
    assert AuditEvent.objects.latest("pk").action == "mailbox.sessions_ended"


@pytest.fixture
def five(domain, monkeypatch):
    monkeypatch.setattr(many, "ROWS", 2)
    return [make_mailbox(domain, f"box{number}") for number in range(5)]


class Fields(HTMLParser):
    """What a browser sends when the button of an act is pressed on this page."""

    def __init__(self, page) -> None:
        super().__init__()
        self.typed: dict[str, list[str]] = {}
        self.feed(page.text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        sent = found.get("type") in ("hidden", "submit") and found.get("name")
        if sent and tag in ("input", "button"):
            self.typed.setdefault(found["name"], []).append(found["value"])


def press(client, url, page):
    return client.post(url, Fields(page).typed)


def test_everything_is_asked_for_first_and_then_done_in_steps(provider, five):
    url, done = f"{MAILBOXES}?q=box", []
    typed = {"action": "kick", "select_across": "1", "_selected_action": [five[0].pk]}
    page = provider.post(url, typed)
    assert "box0@acme.test" in page.text
    for _step in range(4):
        done.append(HostJob.objects.count())
        page = press(provider, url, page) if page.status_code == 200 else page
    assert done == [0, 2, 4, 5]
    assert page.url == url
    assert "Done for 5." in provider.get(page.url).text


def test_what_was_chosen_holds_for_all_steps(provider, acme, charlie, monkeypatch):
    monkeypatch.setattr(many, "ROWS", 1)
    large = Plan.objects.create(name="Large")
    url, everybody = reverse("admin:accounts_account_changelist"), Account.objects.all()
    typed = {"action": "move", "_selected_action": list(everybody.values_list("pk", flat=True))}
    page = provider.post(url, {**typed, "go": "1", "plan": large.pk, "block_excess": "on"})
    assert page.context["form"].cleaned_data == {"plan": large, "block_excess": True}
    assert press(provider, url, page).status_code == 302
    assert {account.plan for account in everybody.all()} == {large}


def test_a_step_ends_in_time(provider, five, monkeypatch):
    monkeypatch.setattr(many, "SECONDS", -1.0)
    page = act(provider, MAILBOXES, "kick", *five)
    assert HostJob.objects.count() == 1
    assert "There are more." in page.text


def test_a_waiting_job_is_tried_now(provider, mailbox, queued, everything):
    job = everything.rows["mailboxes_hostjob"]
    HostJob.objects.update(due_at=timezone.now() + timedelta(minutes=30))
    with queued() as jobs:
        act(provider, reverse("admin:mailboxes_hostjob_changelist"), "try_now", job)
    assert HostJob.objects.due().exists()
    assert jobs == [("mailboxes.tasks.do_host_jobs", job.host)]


def test_a_delivery_is_sent_again(provider, everything, queued):
    delivery = everything.rows["notifications_delivery"]
    type(delivery).objects.update(due_at=None, attempt_count=3)
    with queued() as jobs:
        act(provider, reverse("admin:notifications_delivery_changelist"), "send_again", delivery)
    delivery.refresh_from_db()
    assert delivery.due_at is not None
    assert jobs == [("notifications.tasks.send", str(delivery.channel_id))]


def test_a_lost_second_factor_is_taken_away_and_it_is_written_down(provider, everything, alice):
    factor, url = (
        everything.rows["mfa_authenticator"],
        reverse("admin:mfa_authenticator_changelist"),
    )
    asked = act(provider, url, "take_away", factor)
    assert alice.authenticator_set.filter(pk=factor.pk).exists()
    press(provider, url, asked)
    assert not alice.authenticator_set.filter(pk=factor.pk).exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.object_name) == ("factor.taken_away", "alice@example.test")
