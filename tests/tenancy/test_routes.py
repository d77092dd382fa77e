"""Walks every route: who gets in where, and that nobody reaches what is another tenant's."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import http
from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Invitation, Plan, Role
from accounts.roles import Act
from accounts.tokens import make_token
from domains.models import Domain
from domains.reports.models import Sum
from mailboxes.imports.models import ImportJob
from notifications.models import Alert, Channel
from notifications.services import raise_alert
from tests.conftest import make_alias, make_domain, make_mailbox

# Open to people without an account. Everything under auth/ is allauth's own, under admin/ Django's,
# and what is under api/ is walked in tests/api.
PUBLIC = {
    *(
        "",
        "healthz",
        "healthz/host",
        "brand/<str:name>.css",
        "brand/<str:digest>.png",
        "invitations/<str:token>/",
        "addresses/<str:token>/",
        "addresses/<str:token>/stop/",
        "mailbox/sign-in/",
        "mailbox/setup/",
        "mailbox/setup/apple.mobileconfig",
        "mail/config-v1.1.xml",
        ".well-known/autoconfig/mail/config-v1.1.xml",
        "<outlook:way>.xml",
        "<outlook:way>.json",
        "<outlook:way>.json/v1.0/<str:email>",
        "mailbox/forgot/",
        "mailbox/reset/<str:token>/",
        "mailbox/invitation/<str:token>/",
        "mailbox/recovery/<str:token>/",
        "mailbox/password-strength/",
    ),
}
PUBLIC_SECTIONS = ("auth/", "admin/", "api/")
TENANT = "<slug:account>/"
# Of the users of mailboxes, who are nobody in the panel.
OWN = "mailbox/"


def walk(patterns: Any, path: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry.url_patterns, here, inner)
        else:
            yield here, f"{space}{entry.name}", entry


ROUTES = list(walk(get_resolver().url_patterns))
TENANT_ROUTES = {name: entry for path, name, entry in ROUTES if path.startswith(TENANT)}
OWN_ROUTES = {
    name: entry for path, name, entry in ROUTES if path.startswith(OWN) and path not in PUBLIC
}
# Of resellers: in the account of anybody else there is no such page.
SELLING_ROUTES = [
    name for name, entry in TENANT_ROUTES.items()
    if getattr(entry.callback, "check", None) is http.who_sells
]  # fmt: skip
# Of the reseller's people in a client's account: its own have no such page.
VISITING_ROUTES = ["domains:suspend", "domains:resume", "mailboxes:suspend", "mailboxes:resume"]
# What an account can do whatever its plan includes.
WITHOUT_HOSTING = ("accounts:", "notifications:", "plans:", "branding:", "clients:")
HOSTING_ROUTES = [name for name in TENANT_ROUTES if not name.startswith(WITHOUT_HOSTING)]
ROUTES_WITH_AN_ID = [
    name for name, entry in TENANT_ROUTES.items() if set(entry.pattern.converters) - {"account"}
]


def act_of(name: str) -> Act:
    return TENANT_ROUTES[name].callback.act


def role_of(name: str) -> Role:
    return act_of(name).role


def address_of(name: str, account: Account, things: dict[str, object]) -> str:
    wanted = TENANT_ROUTES[name].pattern.converters
    ids = {key: value for key, value in things.items() if key in wanted}
    return reverse(name, kwargs={"account": account.slug, **ids})


def things_of(account: Account, name: str) -> dict[str, object]:
    """One object of each kind that an address can name."""
    domain = make_domain(account, name)
    seat = account.memberships.first()
    invitation = Invitation.objects.create(account=account, email=f"asked@{name}", role=Role.VIEWER)
    address = Channel.objects.create(
        account=account, membership=seat, transport="email", address=f"more@{name}"
    )
    webhook = Channel.objects.create(
        account=account, transport="webhook", address=f"https://hooks.{name}/"
    )
    raise_alert(
        account=account,
        kind=Alert.Kind.DNS_BROKEN,
        facts={"domain": name, "records": "SPF"},
        dedup_key=f"broken:{name}",
        domain_id=domain.pk,
    )
    box = make_mailbox(domain)
    job = account.migrations.create(host=f"old.{name}", port=993, security="tls")
    move = job.mailboxes.create(address=box.address, mailbox=box, remote_user="info")
    report_on(domain)
    return {
        "domain_id": domain.pk,
        "mailbox_id": box.pk,
        "migration_code": job.code,
        "move_code": move.code,
        "import_id": ImportJob.objects.create(
            account=account, kind="alias", file_name=name, domain_ids=[domain.pk]
        ).pk,
        "alias_id": make_alias(domain, "team", f"info@{name}").pk,
        "seat_id": seat.pk,
        "token_id": make_token(
            account=account,
            maker=seat.user,
            pk=uuid4(),
            name="Deploy",
            scopes=["usage:read"],
            domain_ids=[],
            networks=[],
            expires_at=None,
            actor=Actor.system(account),
        )[0].pk,
        "invitation_id": invitation.pk,
        "address_id": address.pk,
        "webhook_id": webhook.pk,
        "delivery_code": webhook.deliveries.get().code,
        "plan_id": Plan.objects.create(name="Own", owner=account).pk,
        "client_id": Account.objects.create(
            name="Client", slug=f"client-of-{domain.pk}", plan=account.plan, reseller=account
        ).pk,
    }


def report_on(domain: Domain) -> None:
    """Somebody unknown sent in its name: such senders have pages."""
    counts = dict.fromkeys(Sum.COUNTS, 1)
    Sum.objects.create(
        domain=domain, day=timezone.now().date(), sender="", vouched=True, **counts
    )  # fmt: skip


def test_every_route_of_a_tenant_names_an_act():
    nameless = [
        name for name, entry in TENANT_ROUTES.items()
        if getattr(entry.callback, "act", None) not in list(Act)
    ]  # fmt: skip
    assert nameless == []


def test_every_other_route_is_listed_as_public():
    guarded = TENANT_ROUTES.keys() | OWN_ROUTES.keys()
    others = {path for path, name, _entry in ROUTES if name not in guarded}
    assert {path for path in others if not path.startswith(PUBLIC_SECTIONS)} == PUBLIC


def test_no_tenant_route_was_overlooked():
    assert len(TENANT_ROUTES) == sum(path.startswith(TENANT) for path, _n, _e in ROUTES) > 30


def up_to(role: Role) -> list[str]:
    return [name for name in TENANT_ROUTES if role_of(name) <= role]


def above(role: Role) -> list[str]:
    return [name for name in TENANT_ROUTES if role_of(name) > role]


def answers(client, method: str, names, account, things) -> dict[str, int]:
    """The status of each route, without those that take only POST."""
    visit = getattr(client, method)
    found = {name: visit(address_of(name, account, things)).status_code for name in names}
    return {name: status for name, status in found.items() if status != 405}


both_methods = pytest.mark.parametrize("method", ["get", "post"])


@both_methods
def test_a_stranger_finds_nothing(client, charlie, acme, ours, method):
    client.force_login(charlie)
    found = answers(client, method, TENANT_ROUTES, acme, ours)
    assert found == dict.fromkeys(TENANT_ROUTES, 404)


@both_methods
def test_an_anonymous_visitor_is_sent_to_sign_in(client, acme, ours, method):
    for name in TENANT_ROUTES:
        response = getattr(client, method)(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 302)
        assert response.url.startswith(reverse(settings.LOGIN_URL))


@both_methods
def test_a_viewer_may_not_do_more_than_look(client, bob, acme, ours, method):
    client.force_login(bob)
    before = AuditEvent.objects.count()
    found = answers(client, method, above(Role.VIEWER), acme, ours)
    assert found == dict.fromkeys(above(Role.VIEWER), 403)
    assert AuditEvent.objects.count() == before


def test_a_viewer_may_look(client, bob, acme, ours):
    client.force_login(bob)
    found = answers(client, "get", up_to(Role.VIEWER), acme, ours)
    assert set(found.values()) == {200}
    assert len(found) > 10


def test_an_owner_may_look_everywhere(as_alice, acme, ours):
    routes = TENANT_ROUTES.keys() - SELLING_ROUTES
    assert set(answers(as_alice, "get", routes, acme, ours).values()) == {200}


@both_methods
def test_ids_of_another_tenant_are_not_found_under_ones_own_address(as_alice, acme, theirs, method):
    assert len(ROUTES_WITH_AN_ID) > 15
    assert set(answers(as_alice, method, ROUTES_WITH_AN_ID, acme, theirs).values()) == {404}


def test_without_email_hosting_the_whole_section_is_refused(as_alice, acme, plan, ours):
    plan.email_hosting = False
    plan.save()
    for name in HOSTING_ROUTES:
        response = as_alice.post(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 403)
        assert "E-mail hosting is not part of your plan" in response.text


def test_without_email_hosting_the_rest_of_the_account_is_there(as_alice, acme, plan, ours):
    plan.email_hosting = False
    plan.save()
    rest = set(TENANT_ROUTES) - set(HOSTING_ROUTES) - set(SELLING_ROUTES)
    assert set(answers(as_alice, "get", rest, acme, ours).values()) == {200}
