"""The provider's side, in Django admin."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib import admin
from django.urls import reverse

from accounts.models import Account, AuditEvent, Plan, User
from domains.models import Domain
from tests.conftest import make_alias

MODELS = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]


@pytest.fixture
def provider(client, db):
    user = User.objects.create_superuser("provider@example.test")
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_its_search_show(provider, domain, mailbox, model):
    make_alias(domain, "team", "x@example.test")
    url = reverse(f"admin:{model}_changelist")
    assert provider.get(url).status_code == 200
    assert provider.get(url, {"q": "acme"}).status_code in {200, 302}


@pytest.mark.parametrize("who", ["alice", "bob", None])
def test_nobody_else_gets_in(client, request, acme, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    for model in MODELS:
        assert client.get(reverse(f"admin:{model}_changelist")).status_code in {302, 403}


def test_no_page_shows_a_hash_or_a_key(provider, mailbox, domain):
    for name, row in (("mailboxes_mailbox", mailbox), ("domains_domain", domain)):
        text = provider.get(reverse(f"admin:{name}_change", args=[row.pk])).text
        assert "argon2" not in text.lower()
        assert domain.proof_text not in text


def test_a_lost_second_factor_is_taken_away_without_being_seen(provider, alice):
    secret = totp.generate_totp_secret()
    factor = totp.TOTP.activate(alice, secret).instance
    shown = provider.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert secret not in shown.text
    url = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    assert provider.post(url, {"post": "yes"}).status_code == 302
    assert not alice.authenticator_set.exists()


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("suspend", "active", "suspended"), ("resume", "suspended", "active")],
)
def test_domains_are_suspended_and_resumed_and_it_is_written_down(
    provider, domain, action, before, after
):
    Domain.objects.update(status=before)
    typed = {"action": action, "_selected_action": [domain.pk]}
    provider.post(reverse("admin:domains_domain_changelist"), typed)
    domain.refresh_from_db()
    assert domain.status == after
    event = AuditEvent.objects.latest("pk")
    assert (event.actor_name, event.account) == ("provider@example.test", domain.account)


def test_what_is_refused_is_said_by_name(provider, pending):
    typed = {"action": "suspend", "_selected_action": [pending.pk]}
    page = provider.post(reverse("admin:domains_domain_changelist"), typed, follow=True)
    assert "acme.test: Only an active domain can be suspended" in page.text


def test_a_plan_is_edited_and_counts_at_once(provider, plan):
    url = reverse("admin:accounts_plan_change", args=[plan.pk])
    fields = provider.get(url).context["adminform"].form.initial
    typed = {name: value for name, value in fields.items() if value not in (None, False)}
    provider.post(url, {**typed, "domain_limit": "0"})
    assert Plan.objects.get(pk=plan.pk).domain_limit == 0
    assert AuditEvent.objects.latest("pk").action == "plan.changed"


def test_editing_an_account_leaves_its_counts_alone(provider, acme, mailbox):
    url = reverse("admin:accounts_account_change", args=[acme.pk])
    page = provider.get(url)
    typed = page.context["adminform"].form.initial
    Account.objects.filter(pk=acme.pk).update(mailbox_count=5)
    wanted = {name: value for name, value in typed.items() if value is not None}
    provider.post(url, {**wanted, "name": "Renamed"})
    acme.refresh_from_db()
    assert (acme.name, acme.mailbox_count) == ("Renamed", 5)
