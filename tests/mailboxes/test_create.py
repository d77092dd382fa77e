import pytest
from django.urls import reverse

from accounts.models import Account, Role
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes import services
from mailboxes.models import Mailbox
from mailboxes.removal import remove_domain
from mailboxes.services import create_mailbox
from tests.concurrency import Meeting, at_once
from tests.conftest import GB, PASSWORD, make_alias, make_domain, make_mailbox


@pytest.fixture
def url(acme):
    return reverse("mailboxes:add", args=[acme.slug])


@pytest.fixture
def typed(domain):
    return {
        "domain": "acme.test", "local_part": "info", "display_name": "Info", "password": PASSWORD,
        "quota_bytes": str(8 * GB),
    }  # fmt: skip


def test_it_is_there_the_moment_the_click_returns(as_alice, url, typed, queued):
    with queued() as jobs:
        response = as_alice.post(url, typed)
    box = Mailbox.objects.get(address="info@acme.test")
    assert response.url == box.get_absolute_url()
    assert (box.state, box.quota_bytes, box.quota_messages) == ("active", 8 * GB, 262_144)
    assert (box.display_name, box.domain_served, box.domain_local) == ("Info", True, True)
    assert jobs == []


def test_its_user_is_written_to_in_the_language_chosen(as_alice, url, typed):
    assert 'name="language"' in as_alice.get(url).text
    as_alice.post(url, {**typed, "language": "es"})
    assert Mailbox.objects.get(address="info@acme.test").language == "es"


def test_its_page_tells_what_a_mail_program_needs(as_alice, mailbox, settings):
    text = as_alice.get(mailbox.get_absolute_url()).text
    for part in ("info@acme.test", settings.IMAP_HOST, str(settings.IMAP_PORT),
                 settings.SMTP_HOST, str(settings.SUBMISSION_PORT)):  # fmt: skip
        assert part in text


@pytest.mark.parametrize(
    ("local_part", "stored"),
    [
        ("info", "info"), ("INFO", "info"), ("  info ", "info"), ("a", "a"), ("0", "0"),
        ("_x", "_x"), ("a.b.c", "a.b.c"), ("a-b_c", "a-b_c"), ("a--b", "a--b"),
        ("a" * 64, "a" * 64),
    ],
)  # fmt: skip
def test_local_parts_that_every_mail_program_knows(as_alice, url, typed, local_part, stored):
    assert as_alice.post(url, {**typed, "local_part": local_part}).status_code == 302
    assert Mailbox.objects.filter(address=f"{stored}@acme.test").exists()


@pytest.mark.parametrize(
    "local_part",
    [
        "", " ", ".", "..", ".a", "a.", "a..b", "-a", "a b", "a\tb", "a\nb", "a\r\nb", "a\0b",
        '"a"', '"a b"', "'a'", "a@b", "a@acme.test", "a+b", "a%b", "%", "a*b", "a/b", "../a",
        "a\\b", "a,b", "a;b", "a:b", "<a>", "a|b", "$a", "`a`", "{a}", "a=b", "ä",
        "а", "аdmin", "ｉｎｆｏ", "i\u0307nfo", "info\u200b", "\u202einfo", "🙂", "ſ",
        "a" * 65, "a" * 5000,
    ],
)  # fmt: skip
def test_other_local_parts_are_shown_again(as_alice, url, typed, local_part):
    before = Mailbox.objects.count()
    assert as_alice.post(url, {**typed, "local_part": local_part}).status_code == 422
    assert Mailbox.objects.count() == before


def test_an_address_has_at_most_254_characters(as_alice, url, typed, acme):
    name = ".".join(["d" * 63, "d" * 63, "d" * 63, "test"])
    make_domain(acme, name)
    long = "a" * (254 - len(name) - 1)
    response = as_alice.post(url, {**typed, "domain": name, "local_part": f"{long}a"})
    assert "An address has at most 254 characters" in response.text
    assert as_alice.post(url, {**typed, "domain": name, "local_part": long}).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"quota_bytes": str(26 * GB)}, {"quota_bytes": "0"}, {"quota_bytes": "-1"},
        {"quota_bytes": "1e9"}, {"quota_bytes": str(GB + 1)},
        {"quota_bytes": "9" * 30}, {"display_name": "x" * 121}, {"display_name": "a\0b"},
        {"display_name": "a\x01b"}, {"display_name": "a\u202eb"},
        {"domain": ""}, {"domain": "elsewhere.test"}, {"domain": "acme"}, {"domain": "a\0b"},
        {"password": ""},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_shown_again(as_alice, url, typed, change):
    before = Mailbox.objects.count()
    assert as_alice.post(url, {**typed, **change}).status_code == 422
    assert Mailbox.objects.count() == before


def test_a_size_past_the_plan_is_refused_also_without_the_form(domain, actor):
    with pytest.raises(Refused, match="The largest mailbox of your plan has 25 GB"):
        create_mailbox(
            domain=domain, local_part="info", display_name="", password=PASSWORD,
            quota_bytes=26 * GB, actor=actor,
        )  # fmt: skip


@pytest.mark.parametrize("status", ["pending", "removing"])
def test_only_an_active_domain_holds_mailboxes(as_alice, url, typed, domain, status):
    Domain.objects.filter(pk=domain.pk).update(status=status)
    assert as_alice.post(url, typed).status_code == 422


def test_an_alias_domain_holds_none(as_alice, url, typed, acme, domain):
    make_domain(acme, "mirror.test", alias_of=domain)
    assert as_alice.post(url, {**typed, "domain": "mirror.test"}).status_code == 422


def test_an_address_is_a_mailbox_or_an_alias_never_both(domain):
    make_mailbox(domain, "info")
    with pytest.raises(Refused, match="is a mailbox already"):
        make_alias(domain, "info", "x@example.test")
    make_alias(domain, "sales", "x@example.test")
    with pytest.raises(Refused, match="is an alias already"):
        make_mailbox(domain, "sales")


def test_a_taken_address_is_said_beside_the_field(as_alice, url, typed, mailbox):
    response = as_alice.post(url, typed)
    assert response.status_code == 422
    assert "info@acme.test is a mailbox already" in response.text


def test_the_password_typed_is_not_lost_and_not_shown(as_alice, url, typed):
    page = as_alice.post(url, {**typed, "local_part": "a b"})
    assert 'type="password"' in page.text
    assert f'value="{PASSWORD}"' in page.text


def test_a_full_plan_refuses_with_the_way_out(domain, plan):
    plan.mailbox_limit = 1
    plan.save()
    make_mailbox(domain, "one")
    with pytest.raises(Refused, match="Upgrade the plan or remove one first"):
        make_mailbox(domain, "two")


def test_a_limit_of_zero_is_zero(domain, plan):
    plan.mailbox_limit = 0
    plan.save()
    with pytest.raises(Refused, match="Your plan holds 0 mailboxes"):
        make_mailbox(domain)


def test_the_postmaster_takes_no_place(domain, plan):
    plan.mailbox_limit = 1
    plan.save()
    make_mailbox(domain)


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_the_last_place_one_wins(domain, plan):
    plan.mailbox_limit = 1
    plan.save()
    outcomes = at_once(lambda: make_mailbox(domain, "one"), lambda: make_mailbox(domain, "two"))
    assert {type(outcome) for outcome in outcomes} == {Mailbox, Refused}


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_for_one_address_one_wins(domain):
    outcomes = at_once(
        lambda: make_mailbox(domain, "one"), lambda: make_alias(domain, "one", "x@example.test")
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1


@pytest.mark.django_db(transaction=True)
def test_a_domain_removed_at_this_moment_keeps_no_stray_mailbox(domain, actor):
    at_once(
        lambda: make_mailbox(domain, "one"),
        lambda: remove_domain(domain=domain, actor=actor),
    )
    states = Mailbox.objects.filter(domain=domain).values_list("state", flat=True)
    assert set(states) == {Mailbox.State.DELETING}


@pytest.mark.django_db(transaction=True)
def test_who_creates_and_who_removes_queue_up_instead_of_deadlocking(domain, actor, monkeypatch):
    check_free, meeting = services._check_free, Meeting()

    def take_time(*args):
        meeting.hold()  # the account is locked already, the domain not yet
        return check_free(*args)

    monkeypatch.setattr(services, "_check_free", take_time)
    created, removed = at_once(
        lambda: make_mailbox(domain, "one"),
        meeting.then(lambda: remove_domain(domain=domain, actor=actor)),
    )
    assert (type(created), removed) == (Mailbox, None)


@pytest.mark.parametrize("make", [make_mailbox, make_alias])
def test_a_domain_removed_since_the_page_was_loaded_takes_no_address(domain, actor, make):
    remove_domain(domain=Domain.objects.get(pk=domain.pk), actor=actor)
    with pytest.raises(Refused, match="Addresses need an active domain"):
        make(domain, "late")


@pytest.fixture
def clients(acme, domain, charlie, plan):
    """Two clients of one reseller; the reseller's own plan has room for one mailbox."""
    pool = Account.objects.create(
        name="Harbour", slug="harbour", kind=Account.Kind.RESELLER,
        plan=plan.__class__.objects.create(name="Pool", mailbox_limit=1),
    )  # fmt: skip
    elsewhere = charlie.memberships.get().account
    Account.objects.filter(pk__in=[acme.pk, elsewhere.pk]).update(reseller=pool)
    second = make_domain(Account.objects.get(pk=elsewhere.pk), "elsewhere.test")
    return Domain.objects.get(pk=domain.pk), second


def test_the_resellers_plan_is_the_pool_of_its_clients(clients):
    first, second = clients
    make_mailbox(first)
    with pytest.raises(Refused, match="Your reseller's own plan is full"):
        make_mailbox(second)


@pytest.mark.django_db(transaction=True)
def test_two_clients_cannot_share_the_last_place_of_the_pool(clients):
    first, second = clients
    outcomes = at_once(lambda: make_mailbox(first), lambda: make_mailbox(second))
    assert {type(outcome) for outcome in outcomes} == {Mailbox, Refused}


def test_a_viewer_creates_none(client, bob, url, typed):
    client.force_login(bob)
    assert client.post(url, typed).status_code == 403


def test_a_postmaster_creates_in_the_chosen_domain(client, bob, acme, url, typed, domain):
    acme.memberships.filter(user=bob).update(role=Role.POSTMASTER, domain_ids=[domain.pk])
    client.force_login(bob)
    assert client.post(url, typed).status_code == 302
