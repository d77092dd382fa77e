"""What a domain allows below the plan, and who may change it."""

import pytest
from django.urls import reverse

from accounts.models import Account, Membership, Plan, Role, User
from accounts.services import assign_reseller
from domains import bounding, limits
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.services import edit_mailbox
from tests.concurrency import at_once
from tests.conftest import GB, PASSWORD, make_domain, make_mailbox

NONE = {"default_size_bytes": "", "largest_size_bytes": "", "mailbox_limit": ""}


@pytest.fixture
def harbour(acme, plan):
    """The reseller of acme; dora owns it."""
    pool = Plan.objects.create(name="Pool", mailbox_limit=50)
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    dora = User.objects.create_user("dora@example.test", PASSWORD)
    Membership.objects.create(user=dora, account=harbour, role=Role.OWNER)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    acme.refresh_from_db()
    return harbour


@pytest.fixture
def as_dora(client, harbour):
    client.force_login(User.objects.get(email="dora@example.test"))
    return client


@pytest.fixture
def limit(domain):
    """`limit(mailbox_limit=2)` without the form."""
    return lambda **fields: Domain.objects.filter(pk=domain.pk).update(**fields)


def page(domain, name="limit_domain") -> str:
    return reverse(f"mailboxes:{name}", args=[domain.account.slug, domain.pk])


def now(domain) -> Domain:
    return Domain.objects.select_related("account__plan").get(pk=domain.pk)


def test_the_owner_sets_them_and_the_page_of_the_domain_says_so(as_alice, acme, domain):
    typed = {"default_size_bytes": 2 * GB, "largest_size_bytes": 4 * GB, "mailbox_limit": 3}
    assert as_alice.post(page(domain), typed).url == domain.get_absolute_url()
    assert limits.sizes(now(domain)) == [GB, 2 * GB, 3 * GB, 4 * GB]
    text = as_alice.get(domain.get_absolute_url()).text
    assert "of 3 at most" in text
    assert "when it is new, 4 GB at most" in text
    event = acme.audit_events.latest("pk")
    assert (event.action, event.details["mailboxes"]) == ("domain.limited", 3)


def test_empty_is_as_the_plan_says_and_zero_is_zero(as_alice, domain):
    as_alice.post(page(domain), {**NONE, "mailbox_limit": 0})
    assert limits.mailbox_room(now(domain)).limit == 0
    as_alice.post(page(domain), NONE)
    assert limits.mailbox_room(now(domain)).limit is None
    assert limits.default_size(now(domain)) == 8 * GB


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mailbox_limit": 26}, "At most 25 mailboxes can be allowed here."),
        ({"mailbox_limit": -1}, "greater than or equal to 0"),
        ({"mailbox_limit": "many"}, "Enter a whole number."),
        ({"mailbox_limit": 10**12}, "less than or equal to"),
        ({"largest_size_bytes": 9 * GB}, "Select a valid choice."),
        ({"largest_size_bytes": 26 * GB}, "Select a valid choice."),
        ({"default_size_bytes": GB + 1}, "Select a valid choice."),
        (
            {"default_size_bytes": 4 * GB, "largest_size_bytes": 2 * GB},
            "The size of a new mailbox must not exceed the largest size.",
        ),
    ],
)
def test_what_goes_beyond_the_plan_is_said_where_it_was_typed(as_alice, domain, typed, said):
    response = as_alice.post(page(domain), {**NONE, **typed})
    assert (response.status_code, said in response.text) == (422, True)
    assert limits.sizes(now(domain))[-1] == 25 * GB


@pytest.mark.parametrize("role", [Role.VIEWER, Role.POSTMASTER, Role.MANAGER])
def test_nobody_below_the_owner_changes_them(client, acme, domain, bob, role):
    acme.memberships.filter(user=bob).update(role=role, domain_ids=[domain.pk])
    client.force_login(bob)
    assert client.post(page(domain), NONE).status_code == 403
    assert page(domain) not in client.get(domain.get_absolute_url()).text


def test_a_postmaster_creates_and_resizes_within_them(client, acme, domain, bob, limit):
    acme.memberships.filter(user=bob).update(role=Role.POSTMASTER, domain_ids=[domain.pk])
    client.force_login(bob)
    box = make_mailbox(domain)
    limit(largest_size_bytes=2 * GB, mailbox_limit=2)
    new = {"domain": "acme.test", "local_part": "a", "password": PASSWORD}
    add = reverse("mailboxes:add", args=["acme"])
    edit = reverse("mailboxes:edit", args=["acme", box.pk])
    large = client.post(add, {**new, "quota_bytes": 4 * GB})
    assert "The largest mailbox in acme.test has 2 GB." in large.text
    assert client.post(edit, {"quota_bytes": 4 * GB}).status_code == 422
    assert client.post(add, {**new, "quota_bytes": 2 * GB}).status_code == 302
    full = client.post(add, {**new, "local_part": "b", "quota_bytes": 2 * GB})
    assert "acme.test holds 2 mailboxes at most, and all are in use." in full.text
    assert "ask the owner of the account to allow more" in full.text


def test_the_service_asks_also_without_a_form(domain, actor, limit):
    box = make_mailbox(domain)
    limit(largest_size_bytes=2 * GB)
    box.domain = now(domain)
    with pytest.raises(Refused, match="has 2 GB"):
        edit_mailbox(mailbox=box, display_name="", quota_bytes=3 * GB, language="en", actor=actor)


def test_what_is_there_already_stays(as_alice, domain):
    box = make_mailbox(domain)
    assert as_alice.post(page(domain), {**NONE, "mailbox_limit": 0}).status_code == 302
    with pytest.raises(Refused, match="holds 0 mailboxes at most"):
        make_mailbox(domain, "more")
    edit = reverse("mailboxes:edit", args=["acme", box.pk])
    assert as_alice.post(edit, {"display_name": "B", "quota_bytes": GB}).status_code == 302


def test_the_postmasters_mailbox_comes_and_stays_as_it_is(acme, domain, limit):
    limit(largest_size_bytes=GB, mailbox_limit=0)
    assert domain.mailboxes.get().quota_bytes == 50 * 2**20


def test_the_form_begins_with_what_the_domain_says(as_alice, acme, domain, limit):
    make_domain(acme, "other.test")
    limit(default_size_bytes=2 * GB, largest_size_bytes=3 * GB)
    add = reverse("mailboxes:add", args=["acme"])
    for chosen, default, largest in (("acme.test", 2, 3), ("other.test", 8, 25)):
        form = as_alice.get(add, {"domain": chosen}).context["form"]
        assert form["quota_bytes"].value() == default * GB
        assert form.fields["quota_bytes"].choices[-1][0] == largest * GB


def test_another_domain_brings_its_sizes_and_places_at_once(as_alice, acme, domain, limit):
    make_domain(acme, "other.test")
    limit(largest_size_bytes=3 * GB, mailbox_limit=7)
    add = reverse("mailboxes:add", args=["acme"])
    asked = {"domain": "acme.test", "quota_bytes": 2 * GB}
    text = as_alice.get(add, asked, headers={"HX-Request": "true"}).text
    assert f'<option value="{2 * GB}" selected>' in text
    assert f'value="{4 * GB}"' not in text
    assert "In acme.test, 7 of 7 left" in text
    assert "<form" not in text


def test_a_size_that_nobody_chose_gives_way_to_that_of_the_next_domain(as_alice, acme, domain):
    make_domain(acme, "other.test")
    add = reverse("mailboxes:add", args=["acme"])
    for chosen, kept in ((2, 8), (4, 4)):
        asked = {"domain": "other.test", "quota_bytes": chosen * GB, "usual_size": 2 * GB}
        form = as_alice.get(add, asked).context["form"]
        assert int(form["quota_bytes"].value()) == kept * GB


def test_left_out_it_is_the_size_that_the_domain_says(as_alice, domain, limit):
    limit(default_size_bytes=2 * GB)
    new = {"domain": "acme.test", "local_part": "a", "password": PASSWORD}
    assert as_alice.post(reverse("mailboxes:add", args=["acme"]), new).status_code == 302
    assert domain.mailboxes.get(local_part="a").quota_bytes == 2 * GB


def test_where_no_size_is_small_enough_it_is_said(as_alice, domain, limit):
    limit(reseller_largest_size_bytes=GB // 2)
    new = {"domain": "acme.test", "local_part": "a", "password": PASSWORD}
    add = reverse("mailboxes:add", args=["acme"])
    for size in ("", 8 * GB):
        response = as_alice.post(add, {**new, "quota_bytes": size})
        assert response.status_code == 422
        assert "acme.test allows no size that the plan offers." in response.text


def test_a_default_that_is_too_large_by_now_gives_way(domain, limit):
    limit(default_size_bytes=8 * GB, largest_size_bytes=2 * GB)
    assert limits.default_size(now(domain)) == 2 * GB


def test_the_default_says_what_it_is_invoiced_as(as_alice, domain):
    assert "16 GB · invoiced as 25 GB" in as_alice.get(page(domain)).text


def test_an_alias_domain_has_none(as_alice, acme, domain):
    mirror = make_domain(acme, "mirror.test", alias_of=domain)
    assert as_alice.get(page(mirror)).status_code == 403


def test_what_the_reseller_allows_its_client_cannot_lift(as_dora, alice, domain):
    as_dora.get(page(domain))
    typed = {"reseller_largest_size_bytes": 4 * GB, "reseller_mailbox_limit": 5}
    url = page(domain, "limit_domain_as_reseller")
    assert as_dora.post(url, typed).url == domain.get_absolute_url()
    as_dora.force_login(alice)
    text = as_dora.get(page(domain)).text
    assert "Harbour has set limits here" in text
    assert "5 mailboxes at most." in text
    assert "4 GB at most for each mailbox." in text
    assert as_dora.post(url, {}).status_code == 422
    for wish in ({"largest_size_bytes": 5 * GB}, {"mailbox_limit": 6}):
        assert as_dora.post(page(domain), {**NONE, **wish}).status_code == 422
    less = {**NONE, "largest_size_bytes": 2 * GB, "mailbox_limit": 3}
    assert as_dora.post(page(domain), less).status_code == 302
    found = now(domain)
    assert (limits.sizes(found)[-1], limits.mailbox_room(found).limit) == (2 * GB, 3)
    as_dora.post(page(domain), NONE)
    found = now(domain)
    assert (limits.sizes(found)[-1], limits.mailbox_room(found).limit) == (4 * GB, 5)


def test_who_reaches_it_is_told_to_ask_the_reseller(harbour, domain, limit):
    limit(reseller_mailbox_limit=0)
    with pytest.raises(Refused, match="ask Harbour to allow more"):
        make_mailbox(domain)


def test_it_is_written_down_as_the_resellers(as_dora, acme, domain):
    as_dora.post(page(domain, "limit_domain_as_reseller"), {"reseller_mailbox_limit": 5})
    event = acme.audit_events.latest("pk")
    assert (event.action, event.reseller_name) == ("domain.limited_by_reseller", "Harbour")


def test_the_reseller_changes_the_accounts_own_too(as_dora, domain):
    assert as_dora.post(page(domain), {**NONE, "mailbox_limit": 2}).status_code == 302
    assert limits.mailbox_room(now(domain)).limit == 2


def test_with_the_reseller_go_its_limits(harbour, acme, domain, limit, actor):
    limit(reseller_mailbox_limit=0, mailbox_limit=9)
    assign_reseller(account=acme, reseller=None, actor=actor)
    assert limits.mailbox_room(now(domain)).limit == 9


def test_only_the_reseller_sets_them(domain, actor):
    with pytest.raises(Refused, match="Only the reseller"):
        bounding.limit_domain_as_reseller(
            domain=domain, reseller_largest_size_bytes=None, reseller_mailbox_limit=1, actor=actor
        )


@pytest.mark.django_db(transaction=True)
def test_two_clicks_cannot_share_the_last_place_of_a_domain(domain, limit):
    limit(mailbox_limit=2)
    make_mailbox(domain)
    acts = [lambda name=name: make_mailbox(domain, name) for name in ("a", "b", "c")]
    outcomes = at_once(*acts)
    assert sorted(type(each).__name__ for each in outcomes) == ["Mailbox", "Refused", "Refused"]
