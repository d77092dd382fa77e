"""A list costs the same statements for 2 rows as for 20, and creating a mailbox costs few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, User
from domains.models import Domain
from mailboxes.models import Alias, Mailbox
from mailboxes.removal import delete_mailbox
from notifications.models import Alert, Channel
from notifications.services import raise_alert
from quotas.models import Usage
from quotas.settlement import settle
from tests.conftest import GB, PASSWORD

MOST_STATEMENTS = 12


@pytest.fixture
def grow(acme, domain, actor):
    """`grow(n)` adds n rows of each kind that a list shows."""

    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            name = f"n{number}"
            Domain.objects.create(account=acme, name=f"{name}.test", alias_of=domain)
            Mailbox.objects.create(
                account=acme,
                domain=domain,
                local_part=name,
                address=f"{name}@acme.test",
                quota_bytes=GB,
                quota_messages=1,
            )
            usage = {"bytes": 1, "messages": 1, "updated_at": timezone.now()}
            Usage.objects.create(username=f"{name}@acme.test", **usage)
            leaving = Mailbox.objects.create(
                account=acme,
                domain=domain,
                local_part=f"x{name}",
                address=f"x{name}@acme.test",
                quota_bytes=GB,
                quota_messages=1,
            )
            delete_mailbox(mailbox=leaving, actor=actor)
            Alias.objects.create(
                account=acme,
                domain=domain,
                local_part=f"a{name}",
                address=f"a{name}@acme.test",
                targets=["x@example.test"],
            )
            user = User.objects.create_user(f"{name}@example.test")
            Membership.objects.create(account=acme, user=user, role=Role.VIEWER)
            acme.invitations.create(email=f"i{name}@example.test", role=Role.VIEWER)
        settle()

    return grow


@pytest.fixture
def grow_alerts(acme):
    """`grow_alerts(n)` adds a webhook and an alert that everybody hears of."""

    def grow(start: int, end: int) -> None:
        for number in range(start, end):
            Channel.objects.create(
                account=acme, transport="webhook", address=f"https://n{number}.example.test/"
            )
            raise_alert(
                account=acme,
                kind=Alert.Kind.DNS_BROKEN,
                facts={"domain": f"n{number}.test", "records": "SPF"},
                dedup_key=f"n{number}",
                domain_id=Domain.objects.get(name=f"n{number}.test").pk,
            )

    return grow


LISTS = [
    "accounts:overview", "accounts:activity", "accounts:team", "accounts:plan",
    "domains:list", "domains:add", "mailboxes:list", "mailboxes:add",
    "mailboxes:aliases", "mailboxes:add_alias",
    "notifications:list", "notifications:settings", "notifications:webhooks",
    "notifications:deliveries",
]  # fmt: skip


def statements(client, url) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_list_costs_the_same_however_long_it_is(as_alice, grow, grow_alerts):
    urls = {name: reverse(name, args=["acme"]) for name in LISTS}
    grow(0, 2)
    grow_alerts(0, 2)
    few = {name: statements(as_alice, url) for name, url in urls.items()}
    grow(2, 20)
    grow_alerts(2, 20)
    assert {name: statements(as_alice, url) for name, url in urls.items()} == few
    assert max(few.values()) <= MOST_STATEMENTS, few


def test_the_bell_costs_one_statement(as_alice, grow, grow_alerts):
    grow(0, 2)
    grow_alerts(0, 2)
    for name in set(LISTS) - {"notifications:list"}:
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(reverse(name, args=["acme"]))
        about_notices = [q for q in queries if '"notifications_notice"' in q["sql"]]
        assert (name, len(about_notices)) == (name, 1)


def test_the_list_of_full_mailboxes_costs_the_same(as_alice, grow):
    url = reverse("mailboxes:list", args=["acme"]) + "?over=100"
    grow(0, 2)
    few = statements(as_alice, url)
    grow(2, 20)
    assert len(as_alice.get(url).context["rows"]) == 20
    assert statements(as_alice, url) == few <= MOST_STATEMENTS


def test_a_domain_page_costs_few_statements(as_alice, grow, domain):
    grow(0, 2)
    few = statements(as_alice, domain.get_absolute_url())
    grow(2, 20)
    assert statements(as_alice, domain.get_absolute_url()) == few <= MOST_STATEMENTS


def test_a_mailbox_page_costs_few_statements(as_alice, mailbox):
    assert statements(as_alice, mailbox.get_absolute_url()) <= MOST_STATEMENTS


def test_the_way_in_costs_the_same_for_many_accounts(as_alice, alice, plan):
    def join(start, end):
        for number in range(start, end):
            account = plan.accounts.create(name=f"n{number}", slug=f"n{number}")
            Membership.objects.create(account=account, user=alice, role=Role.VIEWER)

    join(0, 2)
    few = statements(as_alice, "/")
    join(2, 20)
    assert statements(as_alice, "/") == few


def test_creating_a_mailbox_through_the_form_costs_at_most_15_statements(as_alice, domain):
    typed = {
        "domain": "acme.test", "local_part": "info", "display_name": "Info", "password": PASSWORD,
        "quota_bytes": 8 * GB,
    }  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        response = as_alice.post(reverse("mailboxes:add", args=["acme"]), typed)
    assert response.status_code == 302
    assert len(queries) <= 15, "\n".join(query["sql"] for query in queries)
