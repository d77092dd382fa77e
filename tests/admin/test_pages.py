"""Walks every page of the admin: it shows, it shows no secret, and it costs the same with more."""

from html import unescape
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AuditEvent, User

NAMES = {
    f"{model._meta.app_label}_{model._meta.model_name}": registered
    for model, registered in admin.site._registry.items()
}
each_page = pytest.mark.parametrize("name", NAMES)


def list_of(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def pages_of(name: str, row) -> list[str]:
    """The list with a search, the row with its other pages, and the page to add one."""
    of_row = [reverse(f"admin:{name}_{page}", args=[row.pk]) for page in ("change", "history")]
    return [list_of(name), f"{list_of(name)}?q=acme", *of_row, reverse(f"admin:{name}_add")]


@each_page
def test_no_page_shows_a_secret(provider, everything, name):
    for url in pages_of(name, everything.rows[name]):
        page = provider.get(url, follow=True)
        assert page.status_code in {200, 403}, url
        text = unescape(page.text)
        assert [secret for secret in everything.secrets if secret in text] == [], url


@each_page
def test_nothing_is_deleted_past_the_services(provider, everything, name):
    row = everything.rows[name]
    url = reverse(f"admin:{name}_delete", args=[row.pk])
    assert provider.post(url, {"post": "yes"}).status_code == 403
    typed = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    provider.post(list_of(name), typed)
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("who", ["alice", "bob", None])
def test_nobody_else_gets_in(client, request, acme, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    for name in NAMES:
        assert client.get(list_of(name)).status_code in {302, 403}


@each_page
def test_staff_without_a_right_to_it_see_no_page_of_it(client, everything, name):
    client.force_login(User.objects.create_user("staff@example.test", is_staff=True))
    for url in pages_of(name, everything.rows[name]):
        assert client.get(url).status_code == 403, url


@pytest.fixture
def onlooker(client, everything):
    """Of the provider's staff, and may look only."""
    user = User.objects.create_user("onlooker@example.test", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@each_page
def test_who_may_only_look_sees_everything_and_can_do_nothing(onlooker, everything, name):
    row = everything.rows[name]
    before = AuditEvent.objects.count()
    page = onlooker.get(reverse(f"admin:{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="action"' not in page.text
    assert onlooker.get(reverse(f"admin:{name}_add")).status_code == 403
    for act in NAMES[name].actions or ():
        typed = {"action": act.__name__, "_selected_action": [row.pk], "go": "1"}
        onlooker.post(list_of(name), typed)
    assert onlooker.post(reverse(f"admin:{name}_change", args=[row.pk]), {}).status_code == 403
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("mailboxes_mailbox", "password_hash__startswith"),
        ("accounts_user", "password__startswith"),
        ("accounts_membership", "user__password__startswith"),
        ("notifications_channel", "address__contains"),
        ("mfa_authenticator", "data__secret__startswith"),
        ("domains_domain", "proof_text__gt"),
    ],
)
def test_no_secret_is_guessed_by_a_filter(provider, everything, name, lookup):
    assert provider.get(list_of(name), {lookup: "a"}).status_code == 400


def test_a_delivery_shows_its_attempts_without_the_receivers_answer(provider, everything):
    delivery = everything.rows["notifications_delivery"]
    delivery.attempts.create(status=503, milliseconds=12, answer="their own words")
    page = provider.get(reverse("admin:notifications_delivery_change", args=[delivery.pk]))
    assert "503 (12 ms)" in page.text
    assert "their own words" not in page.text


def test_a_domain_shows_its_records_and_leads_to_what_it_holds(provider, domain, mailbox):
    domain.record_checks.create(kind="spf", state="wrong", sentence="Two SPF records.")
    page = provider.get(reverse("admin:domains_domain_change", args=[domain.pk]))
    assert "SPF: wrong. Two SPF records." in page.text
    found = provider.get(list_of("mailboxes_mailbox"), {"q": "@acme.test"})
    assert "?q=%40acme.test" in page.text
    assert "info@acme.test" in found.text


HOSTILE = [
    "%FF%FE", "'%22%3C%3E", "%25%5C_", "a" * 3000, "-1", "9" * 40, "%ED%A0%80",
    '["%5Cu0000","%5Cu0000"]', '["%5Cu0000"]', '["%5Cud800"]', '["99999999999999999999999"]',
    '["a","a","a"]', "[null]",
]  # fmt: skip
ASKED = ("q", "after", "before", "p", "all", "o", "late", "state", "level", "records", "_facets")


@pytest.mark.parametrize("value", HOSTILE)
def test_no_list_stumbles_over_what_nobody_means_to_type(provider, everything, value):
    for name in NAMES:
        for each in ASKED:
            response = provider.get(f"{list_of(name)}?{each}={value}")
            assert response.status_code in {200, 302, 400}, (name, each)
        for lookup in ("account__id__exact", "kind__exact", "state__exact", "id__exact"):
            response = provider.get(f"{list_of(name)}?{lookup}={value}")
            assert response.status_code in {200, 302, 400}, (name, lookup)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_act_stumbles_over_what_nobody_means_to_type(provider, everything, value):
    value = unquote(value)
    for name, registered in NAMES.items():
        for act in registered.actions or ():
            for typed in (
                {"_selected_action": [value]},
                {"_selected_action": [everything.rows[name].pk], "go": "1", "cursor": value},
                {"_selected_action": [everything.rows[name].pk], "go": "1", "so_far": value},
                {"_selected_action": ["x"], "select_across": value, "go": "1", "plan": value},
            ):
                sent = {"action": act.__name__, **typed}
                status = provider.post(list_of(name), sent).status_code
                assert status in {200, 302, 400}, (name, typed)
