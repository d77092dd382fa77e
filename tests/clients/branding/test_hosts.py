"""The host name under which clients sign in: chosen, proved, kept and lost."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from accounts import brands, hosts
from accounts.models import Account, AuditEvent, Branding, User
from accounts.services import open_account
from clients.branding import hosts as work
from clients.branding import services
from clients.branding.records import records_of
from clients.tasks import sweep_hosts
from domains.dns.findings import Finding, Kind, State
from domains.dns.hosts import Outcome, Way
from tests.concurrency import at_once
from tests.conftest import HTMX, PASSWORD

PAGE = "/harbour/brand/"
NAME = "mail.harbour.test"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _forgetful():
    hosts.memory.forget()


def seen(way=State.OK, proof=State.OK) -> Outcome:
    """What the DNS engine would have found, made up."""
    return Outcome(Finding(Kind.PROOF_TXT, proof, "the proof"), Way(way, "the way"))


def record(account, name=NAME, outcome=None) -> Branding:
    work.record(account.pk, {name: outcome or seen()})
    return Branding.objects.get(account=account)


@pytest.fixture
def wanted(harbour, branding, actor_of) -> Branding:
    services.want_host(account=harbour, host=NAME, actor=actor_of(harbour))
    branding.refresh_from_db()
    return branding


@pytest.fixture
def counting(harbour, wanted) -> Branding:
    return record(harbour)


def last_event() -> str:
    return AuditEvent.objects.latest("pk").sentence


def test_it_is_chosen_and_looked_up(owner, harbour, queued):
    with queued() as jobs:
        assert owner.post(f"{PAGE}host/", {"host": "https://Mail.Harbour.test/"}).status_code == 302
    assert jobs == [("clients.tasks.check_host", str(harbour.pk))]
    assert last_event() == f"Chose the host name {NAME} for the clients of Harbour"
    page = owner.get(PAGE).text
    assert f"_kuploy-challenge.{NAME}" in page
    assert Branding.objects.get().host_proof in page
    assert "hx-trigger" in page[page.index('id="host"') :]


def test_to_choose_the_same_again_does_nothing(owner, harbour, wanted, queued):
    with queued() as jobs:
        owner.post(f"{PAGE}host/", {"host": NAME})
    assert jobs == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "This field is required."),
        ("mail", "at least one dot"),
        ("192.0.2.1", "This is an IP address"),
        ("co.uk", "public suffix"),
        ("mail harbour.test", "is not a domain name"),
        ("panel.kuploy.example", "panel.kuploy.example is one of our own host names"),
        ("kuploy.example", "kuploy.example is one of our own host names"),
        ("login.panel.kuploy.example", "login.panel.kuploy.example is one of our own host names"),
        ("portal.partner.example", "portal.partner.example is one of our own host names"),
        ("a.b.kuploy.example", "a.b.kuploy.example is one of our own host names"),
    ],
)
def test_what_cannot_be_one_is_said_where_it_was_typed(owner, settings, typed, words):
    settings.OWN_HOST_NAMES = ["panel.kuploy.example", "mx1.kuploy.example"]
    settings.ALLOWED_HOSTS = ["testserver", "portal.partner.example", ".b.kuploy.example"]
    for options in ({}, {"headers": HTMX}):
        page = owner.post(f"{PAGE}host/", {"host": typed}, **options)
        assert page.status_code == 422
        assert words in page.context["host_form"].errors["host"][0]
    assert not Branding.objects.exists()


def test_it_counts_once_both_records_are_seen(harbour, wanted):
    for outcome in (seen(proof=State.MISSING), seen(way=State.WRONG), seen(State.UNREACHABLE)):
        assert record(harbour, outcome=outcome).host is None
    assert record(harbour).host == NAME
    assert last_event() == f"Clients of Harbour sign in at {NAME} from now on"
    assert brands.of_host(NAME).name == "Harbour Mail"


def test_until_then_nothing_answers_under_it(client, wanted):
    assert client.get("/auth/login/", headers={"Host": NAME}).status_code == 400
    assert client.get("/healthz/host", {"domain": NAME}).status_code == 404


def test_then_clients_sign_in_there_under_the_resellers_name(client, counting):
    page = client.get("/auth/login/", headers={"Host": NAME})
    assert page.status_code == 200
    assert "Harbour Mail" in page.text
    assert "Kuploy" not in page.text
    assert "help@harbour.test" in page.text
    assert client.get("/healthz/host", {"domain": NAME}).status_code == 200


def test_the_admin_is_never_under_it(client, counting, alice):
    assert client.get("/admin/", headers={"Host": NAME}).status_code == 404


def test_the_providers_people_do_not_sign_in_under_it(client, counting, alice):
    typed = {"login": alice.email, "password": PASSWORD}
    assert client.post("/auth/login/", typed, headers={"Host": NAME}).status_code == 302
    client.logout()
    User.objects.update(is_staff=True)
    page = client.post("/auth/login/", typed, headers={"Host": NAME})
    assert (page.status_code, settings.BASE_URL in page.text) == (422, True)
    assert SESSION_KEY not in client.session
    assert client.post("/auth/login/", typed).status_code == 302


def test_nobody_opens_an_account_there_uninvited(client, counting):
    assert "closed" in client.get("/auth/signup/", headers={"Host": NAME}).text


def test_a_client_is_mailed_a_link_to_it(client, carol, counting, mailoutbox):
    client.post("/auth/password/reset/", {"email": carol.email})
    [message] = mailoutbox
    assert f"://{NAME}" in message.body
    assert message.from_email.startswith("Harbour Mail <")
    assert settings.BRAND not in message.body + message.subject


def test_who_has_accounts_elsewhere_too_is_mailed_a_link_to_the_panels_own(
    client, carol, counting, mailoutbox
):
    open_account(name="Of her own", owner=carol)
    client.post("/auth/password/reset/", {"email": carol.email}, headers={"Host": NAME})
    assert NAME not in mailoutbox[0].body


def test_the_page_says_what_was_found(owner, harbour, wanted):
    record(harbour, outcome=seen(way=State.WRONG))
    page = owner.get(f"{PAGE}host/status/").text
    assert "the way" in page
    assert [each.status for each in records_of(Branding.objects.get())] == ["Verified", "Wrong"]


def test_verify_shows_its_result_without_a_reload(owner, harbour, wanted, queued):
    Branding.objects.update(host_queued_at=timezone.now() - HOUR, host_checked_at=timezone.now())
    with queued() as jobs:
        part = owner.post(f"{PAGE}host/verify/", headers=HTMX)
    assert jobs == [("clients.tasks.check_host", str(harbour.pk))]
    assert 'hx-trigger="load delay:700ms"' in part.text
    record(harbour)
    part = owner.get(f"{PAGE}host/status/", headers=HTMX).text
    assert "hx-trigger" not in part
    assert f"Your clients sign in at http://{NAME}" in part


def test_a_hasty_second_click_is_refused(owner, wanted):
    page = owner.post(f"{PAGE}host/verify/")
    assert page.status_code == 422
    assert "looked up moments ago" in page.text


def test_a_name_server_that_is_away_takes_nothing_away(harbour, counting):
    with time_machine.travel(timezone.now() + 3 * DAY):
        after = record(harbour, outcome=seen(State.UNREACHABLE))
    assert (after.host, after.host_left_at) == (NAME, None)


@pytest.mark.parametrize("gone", [seen(way=State.WRONG), seen(proof=State.MISSING)])
def test_a_name_that_leads_elsewhere_is_mailed_to_nobody_and_lost_after_a_day(
    harbour, counting, gone
):
    """Whoever holds it by now would get the links with which clients sign in."""
    after = record(harbour, outcome=gone)
    assert after.host == NAME
    assert harbour.alerts.get().title == f"{NAME} no longer leads here"
    assert after.base_url == settings.BASE_URL
    with time_machine.travel(timezone.now() + DAY - HOUR):
        assert record(harbour, outcome=gone).host == NAME
    with time_machine.travel(timezone.now() + DAY + HOUR):
        assert record(harbour, outcome=gone).host is None
    assert last_event() == f"Clients of Harbour sign in at {NAME} no more: see its DNS"
    assert harbour.alerts.count() == 1


def test_it_comes_back_with_its_records(harbour, counting):
    record(harbour, outcome=seen(way=State.WRONG))
    after = record(harbour)
    assert (after.host_left_at, after.brand.host) == (None, NAME)
    with time_machine.travel(timezone.now() + 2 * DAY):
        record(harbour, outcome=seen(way=State.WRONG))
    with time_machine.travel(timezone.now() + 4 * DAY):
        assert record(harbour, outcome=seen(way=State.WRONG)).host is None
        assert record(harbour).host == NAME
    assert harbour.alerts.count() == 2


def test_another_name_counts_only_when_it_is_right_and_the_old_one_goes_on(
    owner, harbour, counting
):
    owner.post(f"{PAGE}host/", {"host": "new.harbour.test"})
    assert record(harbour, "new.harbour.test", seen(way=State.MISSING)).host == NAME
    assert record(harbour, "new.harbour.test").host == "new.harbour.test"
    assert brands.of_host(NAME) is None


def test_what_was_looked_up_for_a_name_no_longer_wanted_counts_for_nothing(owner, harbour, wanted):
    owner.post(f"{PAGE}host/", {"host": "new.harbour.test"})
    assert record(harbour, NAME).host is None


def test_it_is_given_up(owner, client, harbour, counting):
    assert owner.post(f"{PAGE}host/give-up/").status_code == 302
    hosts.memory.forget()
    assert client.get("/auth/login/", headers={"Host": NAME}).status_code == 400
    assert last_event() == f"Gave up the host name {NAME} of Harbour"
    assert record(harbour).host is None
    assert owner.post(f"{PAGE}host/give-up/").status_code == 302


@pytest.fixture
def rival(charlie, actor_of) -> Account:
    """Another reseller, that wants the same name."""
    account = Account.objects.get(memberships__user=charlie)
    Account.objects.filter(pk=account.pk).update(kind=Account.Kind.RESELLER)
    services.want_host(account=account, host=NAME, actor=actor_of(account))
    return account


def test_two_may_want_a_name_and_one_gets_it(client, charlie, harbour, counting, rival):
    assert record(rival).host is None
    assert Branding.objects.get(account=harbour).host == NAME
    client.force_login(charlie)
    page = client.get(f"/{rival.slug}/brand/").text
    assert f"{NAME} is in use by another reseller" in page


def test_their_proofs_are_not_the_same(counting, rival):
    assert counting.host_proof != rival.branding.host_proof


def test_when_the_first_gives_it_up_the_second_gets_it(owner, harbour, counting, rival):
    owner.post(f"{PAGE}host/give-up/")
    assert record(rival).host == NAME


@pytest.mark.django_db(transaction=True)
def test_two_that_prove_it_at_one_moment_do_not_both_get_it(harbour, wanted, rival):
    at_once(*(lambda account=account: record(account) for account in (harbour, rival)))
    assert Branding.objects.filter(host=NAME).count() == 1


def test_the_sweep_takes_what_is_due_and_looks_at_both_names(harbour, counting, monkeypatch):
    Branding.objects.update(wanted_host="new.harbour.test", host_next_check_at=timezone.now())
    asked = []

    async def check_hosts(found, _network):
        asked.extend(found)
        return [seen(way=State.MISSING) for _host in found]

    monkeypatch.setattr(work.engine, "check_hosts", check_hosts)
    sweep_hosts()
    sweep_hosts()
    assert sorted(host.name for host in asked) == [NAME, "new.harbour.test"]
    assert {(host.secret, host.panel) for host in asked} == {(counting.host_proof, "localhost")}
    after = Branding.objects.get()
    assert after.host_left_at
    assert timezone.now() < after.host_next_check_at <= timezone.now() + HOUR


def test_it_is_looked_at_once_a_day_while_all_is_well(harbour, counting):
    pause = counting.host_next_check_at - timezone.now()
    assert DAY - HOUR < pause <= DAY
