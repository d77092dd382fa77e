"""What a person was told: the bell, the list, and what was read."""

import pytest
from django.urls import reverse

from accounts.models import Account, Membership, Role, User
from notifications.models import Alert, Notice
from notifications.services import raise_alert
from tests.conftest import HTMX, make_domain


@pytest.fixture(autouse=True)
def _quiet(acme):
    """Nothing was told before."""
    Notice.objects.all().delete()


@pytest.fixture
def told(acme):
    """Raises an alert; the notice of alice, if she looks after that account."""

    def told(kind=Alert.Kind.DNS_BROKEN, account=acme, domain=None, **facts):
        raise_alert(
            account=account,
            kind=kind,
            facts={"domain": "acme.test", "records": "SPF", **facts},
            dedup_key=f"told:{Alert.objects.count()}",
            domain_id=domain and domain.pk,
        )
        return Notice.objects.filter(channel__membership__user__email="alice@example.test").last()

    return told


def url(name, account="acme"):
    return reverse(f"notifications:{name}", args=[account])


def about_mailbox(mailbox):
    return {
        "metric": "space", "used": 80, "limit": 100, "crossed": 80, "address": mailbox.address,
        "mailbox_code": str(mailbox.pk),
    }  # fmt: skip


def shown(client, query="", account="acme"):
    page = client.get(url("list", account) + query)
    return [notice.pk for notice, _link in page.context["rows"]]


def test_the_bell_counts_what_is_unread_on_every_page_of_the_account(as_alice, told):
    first = told()
    told()
    assert "Notifications, 2 unread" in as_alice.get("/acme/domains/").text
    Notice.objects.filter(pk=first.pk).update(read_at="2026-01-01T00:00Z")
    assert "Notifications, 1 unread" in as_alice.get("/acme/").text


def test_the_bell_has_room_for_99(as_alice, acme, told):
    channel = told().channel
    alerts = Alert.objects.bulk_create(
        Alert(account=acme, kind="dns_broken", facts={"domain": "x"}, dedup_key=f"n{number}")
        for number in range(100)
    )
    Notice.objects.bulk_create(Notice(channel=channel, alert=each, kind="x") for each in alerts)
    assert "99+ unread" in as_alice.get("/acme/").text


def test_the_bell_says_nothing_without_a_reason(as_alice):
    page = as_alice.get("/acme/").text
    assert 'aria-label="Notifications"' in page
    assert "unread" not in page


def test_pages_outside_of_accounts_have_no_bell(as_alice):
    assert 'id="bell"' not in as_alice.get(reverse("mfa_index")).text


@pytest.fixture
def harbour(charlie, acme):
    """The reseller of acme; charlie owns it."""
    harbour = charlie.memberships.get().account
    Account.objects.filter(pk=harbour.pk).update(kind=Account.Kind.RESELLER)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    harbour.channels.update(include_clients=True)
    return harbour


def test_a_reseller_keeps_the_own_bell_in_a_clients_account(client, charlie, harbour, told):
    told()
    client.force_login(charlie)
    page = client.get("/acme/").text
    assert "Notifications, 1 unread" in page
    assert f'href="{url("list", harbour.slug)}"' in page
    assert client.get(url("list")).url == url("list", harbour.slug)
    assert client.get(url("settings")).url == url("settings", harbour.slug)


def test_what_happened_to_a_client_names_and_enters_its_account(client, charlie, harbour, acme):
    domain = make_domain(acme, "client.test")
    client.force_login(charlie)
    page = client.get(url("list", harbour.slug))
    assert "· Acme" in page.text
    [(notice, link)] = page.context["rows"]
    assert link == domain.get_absolute_url()
    response = client.post(url("follow", harbour.slug), {"notice": notice.pk})
    assert response.url == link


def test_a_former_client_is_not_in_the_list(client, charlie, harbour, acme):
    make_domain(acme, "client.test")
    client.force_login(charlie)
    assert len(client.get(url("list", harbour.slug)).context["rows"]) == 1
    Account.objects.filter(pk=acme.pk).update(reseller=None)
    assert client.get(url("list", harbour.slug)).context["rows"] == []


def test_the_list_shows_the_newest_first_and_only_ones_own(as_alice, client, bob, told):
    first, second = told(), told()
    assert shown(as_alice) == [second.pk, first.pk]
    client.force_login(bob)
    assert not {first.pk, second.pk} & set(shown(client))


def test_it_is_filtered_by_kind_and_by_what_is_unread(as_alice, told):
    broken, cured = told(), told(Alert.Kind.DNS_CURED)
    as_alice.post(url("read"), {"notice": cured.pk})
    assert shown(as_alice, "?show=unread") == [broken.pk]
    assert shown(as_alice, "?kind=dns_cured") == [cured.pk]
    assert shown(as_alice, "?kind=dns_cured&show=unread") == []
    assert shown(as_alice, "?kind=nonsense&show=nonsense") == [cured.pk, broken.pk]


def test_filtering_answers_htmx_with_the_list_alone(as_alice, told):
    told()
    answer = as_alice.get(url("list"), headers=HTMX).text
    assert answer.strip().startswith('<div id="list">')
    assert "<html" not in answer


def test_an_empty_list_leads_to_the_choices(as_alice):
    page = as_alice.get(url("list")).text
    assert "All is quiet" in page
    assert url("settings") in page


def test_it_leads_to_the_mailbox_as_long_as_there_is_one(as_alice, told, mailbox):
    notice = told(Alert.Kind.QUOTA_80, domain=mailbox.domain, **about_mailbox(mailbox))
    answer = as_alice.post(url("follow"), {"notice": notice.pk})
    assert answer.url == mailbox.get_absolute_url()
    notice.refresh_from_db()
    assert notice.read_at
    mailbox.delete()
    assert dict.fromkeys(link for _n, link in as_alice.get(url("list")).context["rows"]) == {
        "": None, mailbox.domain.get_absolute_url(): None
    }  # fmt: skip
    assert as_alice.post(url("follow"), {"notice": notice.pk}).url == url("list")


@pytest.mark.parametrize(
    ("kind", "page", "facts"),
    [
        ("plan_limit", "/acme/plan/", {"metric": "domains", "crossed": 80, "used": 4, "limit": 5}),
        ("channel_stopped", "/acme/notifications/webhooks/", {"url": "x.test", "reason": "No."}),
    ],
)
def test_it_leads_to_the_page_that_mends_it(as_alice, told, kind, page, facts):
    notice = told(kind, **facts)
    assert as_alice.post(url("follow"), {"notice": notice.pk}).url == page


def test_a_domain_that_was_taken_from_a_postmaster_is_not_in_the_list(client, acme, told):
    domain = make_domain(acme, "own.test")
    seat = Membership.objects.create(
        user=User.objects.create_user("p@example.test"), account=acme, role=Role.POSTMASTER,
        domain_ids=[domain.pk],
    )  # fmt: skip
    told(domain=domain)
    client.force_login(seat.user)
    before = client.get(url("list")).context["rows"]
    Membership.objects.filter(pk=seat.pk).update(domain_ids=[])
    after = client.get(url("list")).context["rows"]
    assert [link for _n, link in before] == [domain.get_absolute_url()]
    assert after == []


def test_reading_one_answers_with_its_row_and_the_bell(as_alice, told):
    notice, _other = told(), told()
    answer = as_alice.post(url("read"), {"notice": notice.pk}, headers=HTMX).text
    assert answer.count("<li") == 1
    assert "is-unread" not in answer
    assert 'hx-swap-oob="true"' in answer
    assert "Notifications, 1 unread" in answer


def test_reading_one_works_without_script(as_alice, told):
    notice = told()
    assert as_alice.post(url("read"), {"notice": notice.pk}).url == url("list")
    notice.refresh_from_db()
    assert notice.read_at


@pytest.mark.parametrize("name", ["read", "follow"])
def test_nobody_touches_the_notices_of_others(client, bob, told, name):
    notice = told()
    client.force_login(bob)
    for typed in (notice.pk, "", "x", "-1", "٣", "9" * 30):
        assert client.post(url(name), {"notice": typed}).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_leaves_what_came_after_the_page(as_alice, told):
    told()
    page = as_alice.get(url("list"))
    later = told()
    newest = page.context["page"].rows[0].alert_id
    assert f'name="newest" value="{newest}"' in page.text
    as_alice.post(url("read_all"), {"newest": newest})
    assert shown(as_alice, "?show=unread") == [later.pk]


def test_marking_all_of_a_kind_leaves_the_others(as_alice, told):
    broken, cured = told(), told(Alert.Kind.DNS_CURED)
    as_alice.post(url("read_all"), {"newest": cured.alert_id, "kind": "dns_cured"})
    assert shown(as_alice, "?show=unread") == [broken.pk]


def test_marking_all_marks_nobody_elses(as_alice, told):
    newest = told().alert_id
    as_alice.post(url("read_all"), {"newest": newest})
    assert Notice.objects.unread().count() == 1  # bob's


@pytest.mark.parametrize(
    "typed",
    [*({"newest": text} for text in ("", "x", "-1", "9" * 30)), {"newest": "1", "kind": "a\0b"}],
)
def test_marking_all_up_to_nothing_is_not_understood(as_alice, told, typed):
    told()
    assert as_alice.post(url("read_all"), typed).status_code == 404


def test_the_list_is_paged_without_a_gap(as_alice, acme, told):
    channel = told().channel
    facts = {"domain": "x.test", "records": "MX"}
    alerts = Alert.objects.bulk_create(
        Alert(account=acme, kind="dns_broken", facts=facts, dedup_key=f"n{number}")
        for number in range(59)
    )
    Notice.objects.bulk_create(Notice(channel=channel, alert=a, kind=a.kind) for a in alerts)
    found, query = [], ""
    for _page in range(3):
        context = as_alice.get(url("list") + query).context
        found += [notice.alert_id for notice, _link in context["rows"]]
        query = f"?{context['page'].next}"
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 60


def test_the_overview_shows_no_tests(as_alice, acme):
    raise_alert(account=acme, kind=Alert.Kind.TEST, facts={}, dedup_key="a-test")
    assert list(as_alice.get("/acme/").context["alerts"]) == []
