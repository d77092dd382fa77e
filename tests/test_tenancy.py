"""Walks every route: who gets in where, and that nobody reaches what is another tenant's."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import http
from accounts.audit import Actor
from accounts.models import Account, AuditEvent, Invitation, Membership, Plan, Role, User
from accounts.roles import FOR_PEOPLE, Act
from accounts.services import open_account
from accounts.tokens import make_token
from domains.models import Domain
from domains.reports.models import Sum
from mailboxes.imports.models import ImportJob
from mailboxes.models import Mailbox
from mailboxes.own.http import mailbox_user
from mailboxes.services import change_password
from notifications.models import Alert, Channel
from notifications.services import raise_alert
from tests.conftest import PASSWORD, make_alias, make_domain, make_mailbox

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


@pytest.fixture
def ours(acme):
    return things_of(acme, "acme.test")


@pytest.fixture
def theirs(charlie):
    return things_of(Account.objects.get(memberships__user=charlie), "elsewhere.test")


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


def test_every_route_of_a_mailboxs_user_goes_through_the_guard():
    guards = {name: getattr(entry.callback, "guard", None) for name, entry in OWN_ROUTES.items()}
    assert guards == dict.fromkeys(OWN_ROUTES, mailbox_user)
    assert len(OWN_ROUTES) > 5


def test_no_address_of_a_mailboxs_user_names_a_mailbox():
    """So none can lead to another one's: the session alone says which it is."""
    assert not any(entry.pattern.converters for entry in OWN_ROUTES.values())


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


def is_sent_away(client, method) -> bool:
    way_in = reverse("own:sign_in")
    found = [getattr(client, method)(reverse(name)) for name in OWN_ROUTES]
    return {(each.status_code, each.get("Location")) for each in found} == {(302, way_in)}


@both_methods
def test_nobody_sees_a_mailboxs_page_without_its_password(client, ours, alice, charlie, method):
    assert is_sent_away(client, method)
    for person in (alice, charlie):
        client.force_login(person)
        assert is_sent_away(client, method)


@both_methods
def test_the_user_of_a_mailbox_is_nobody_in_the_panel(client, acme, ours, method):
    enter_mailbox(client, "info@acme.test")
    for name in TENANT_ROUTES:
        response = getattr(client, method)(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 302)
        assert response.url.startswith(reverse(settings.LOGIN_URL))


def test_the_user_of_a_mailbox_sees_no_other_one(client, ours, theirs):
    enter_mailbox(client, "info@elsewhere.test")
    for name in OWN_ROUTES:
        response = client.get(reverse(name))
        assert response.status_code in (200, 405)
        assert "acme.test" not in response.text


def enter_mailbox(client, address: str) -> None:
    typed = {"address": address, "password": PASSWORD}
    assert client.post(reverse("own:sign_in"), typed).status_code == 302


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
def test_who_is_no_reseller_finds_no_page_of_resellers(as_alice, acme, ours, method):
    found = answers(as_alice, method, SELLING_ROUTES, acme, ours)
    assert set(found.values()) == {404}


def test_the_owner_of_a_client_finds_nothing_of_its_resellers(as_alice, acme, ours, harbour):
    found = answers(as_alice, "post", VISITING_ROUTES, acme, ours)
    assert found == dict.fromkeys(VISITING_ROUTES, 404)


def test_its_resellers_manager_finds_it(client, acme, ours, harbour):
    client.force_login(harbour.people[Role.MANAGER])
    found = answers(client, "post", VISITING_ROUTES, acme, ours)
    assert set(found.values()) == {422}  # nothing was typed, and nothing is suspended


@both_methods
def test_ids_of_another_tenant_are_not_found_under_ones_own_address(as_alice, acme, theirs, method):
    assert len(ROUTES_WITH_AN_ID) > 15
    assert set(answers(as_alice, method, ROUTES_WITH_AN_ID, acme, theirs).values()) == {404}


@pytest.fixture(params=["person", "service account"])
def postmaster(request, client, acme, ours):
    """Looks after acme.test only, while the account has more."""
    if request.param == "service account":
        enter_as_postmaster(client, "acme.test")
        return client
    user = User.objects.create_user("post@example.test")
    Membership.objects.create(
        user=user, account=acme, role=Role.POSTMASTER, domain_ids=[ours["domain_id"]]
    )
    client.force_login(user)
    return client


def enter_as_postmaster(client, domain: str) -> None:
    box = Mailbox.objects.get(address=f"postmaster@{domain}")
    change_password(mailbox=box, password=PASSWORD, actor=Actor.system(box.account))
    enter_mailbox(client, box.address)


def open_to_postmaster(client) -> list[str]:
    """A service account has nobody who could be told of anything."""
    personal = FOR_PEOPLE if "_auth_user_id" not in client.session else ()
    return [name for name in up_to(Role.POSTMASTER) if act_of(name) not in personal]


@pytest.fixture
def not_chosen(acme):
    return things_of(acme, "not-chosen.test")


@both_methods
def test_a_postmaster_does_not_find_domains_not_chosen(postmaster, acme, not_chosen, method):
    routes = set(ROUTES_WITH_AN_ID) & set(open_to_postmaster(postmaster))
    assert set(answers(postmaster, method, routes, acme, not_chosen).values()) == {404}
    assert len(routes) > 10


def test_a_postmaster_does_not_manage(postmaster, acme, ours):
    found = answers(postmaster, "post", above(Role.POSTMASTER), acme, ours)
    assert found == dict.fromkeys(above(Role.POSTMASTER), 403)


def test_a_postmaster_reaches_the_chosen_domains(postmaster, acme, ours):
    found = answers(postmaster, "get", open_to_postmaster(postmaster), acme, ours)
    assert set(found.values()) == {200}


@both_methods
def test_a_service_account_is_told_of_nothing(client, acme, ours, method):
    enter_as_postmaster(client, "acme.test")
    routes = [name for name in TENANT_ROUTES if act_of(name) in FOR_PEOPLE]
    assert answers(client, method, routes, acme, ours) == dict.fromkeys(routes, 403)
    assert len(routes) > 5


@both_methods
def test_the_postmaster_of_another_tenant_is_sent_to_sign_in(client, acme, ours, theirs, method):
    enter_as_postmaster(client, "elsewhere.test")
    for name in TENANT_ROUTES:
        response = getattr(client, method)(address_of(name, acme, ours))
        assert (name, response.status_code) == (name, 302)
        assert response.url.startswith(reverse(settings.LOGIN_URL))


def test_a_postmaster_sees_only_the_chosen_domains(postmaster, acme, not_chosen):
    for name in set(open_to_postmaster(postmaster)) - set(ROUTES_WITH_AN_ID):
        response = postmaster.get(address_of(name, acme, {}))
        # Downloads are streamed.
        assert b"not-chosen.test" not in b"".join(response)


@pytest.mark.parametrize("name", ["mailboxes:add", "mailboxes:add_alias"])
def test_a_postmaster_creates_nothing_in_domains_not_chosen(postmaster, acme, not_chosen, name):
    typed = {
        "local_part": "sly", "domain": "not-chosen.test", "password": "correct horse battery",
        "quota_bytes": 2**30, "targets": "x@example.test",
    }  # fmt: skip
    response = postmaster.post(address_of(name, acme, {}), typed)
    assert response.status_code == 422
    assert "There is no active domain not-chosen.test here" in response.text


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


@pytest.fixture
def harbour(acme, plan):
    """A reseller whose client is acme, with one person in each role."""
    people = {role: User.objects.create_user(f"{role.name.lower()}@harbour.test") for role in Role}
    harbour = open_account(name="Harbour", owner=people[Role.OWNER])
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    for role in set(Role) - {Role.OWNER}:
        Membership.objects.create(user=people[role], account=harbour, role=role)
    acme.reseller = harbour
    acme.save()
    return SimpleNamespace(account=harbour, people=people)


def test_the_owner_of_a_reseller_sees_its_pages(client, harbour):
    client.force_login(harbour.people[Role.OWNER])
    names = set(SELLING_ROUTES) - set(ROUTES_WITH_AN_ID)
    assert set(answers(client, "get", names, harbour.account, {}).values()) == {200}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_a_resellers_manager_works_in_a_clients_account_under_his_own_name(
    client, acme, ours, harbour, role
):
    client.force_login(harbour.people[role])
    assert client.post(address_of("mailboxes:disable", acme, ours)).status_code == 302
    event = acme.audit_events.latest("pk")
    assert event.action == "mailbox.disabled"
    assert event.actor_name == f"{role.name.lower()}@harbour.test"
    assert event.who == f"{role.name.lower()}@harbour.test of Harbour"


def test_a_resellers_manager_is_no_owner_of_the_client(client, acme, harbour):
    client.force_login(harbour.people[Role.MANAGER])
    assert client.post(address_of("accounts:team", acme, {})).status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER])
def test_smaller_roles_of_the_reseller_are_strangers_to_clients(client, acme, ours, harbour, role):
    client.force_login(harbour.people[role])
    found = answers(client, "get", TENANT_ROUTES, acme, ours)
    assert found == dict.fromkeys(TENANT_ROUTES, 404)


def test_a_client_is_a_stranger_to_its_reseller(as_alice, harbour):
    assert as_alice.get(address_of("accounts:overview", harbour.account, {})).status_code == 404


def test_a_reseller_that_is_none_any_more_enters_no_client(client, acme, harbour):
    Account.objects.filter(pk=harbour.account.pk).update(kind=Account.Kind.CUSTOMER)
    client.force_login(harbour.people[Role.OWNER])
    assert client.get(address_of("accounts:plan", acme, {})).status_code == 404


@pytest.mark.parametrize(("role", "found"), [(Role.MANAGER, ["Acme"]), (Role.VIEWER, [])])
def test_the_way_in_finds_clients_of_a_reseller_by_a_search(client, acme, harbour, role, found):
    client.force_login(harbour.people[role])
    assert client.get("/").url == harbour.account.get_absolute_url()
    accounts = client.get("/", {"q": "ACM"}).context["accounts"]
    assert [account.name for account in accounts] == found
