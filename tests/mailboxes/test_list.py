import pytest
from django.urls import reverse

from accounts.models import Membership
from kuploy import paging
from mailboxes.models import Alias, Mailbox
from quotas.models import Usage
from quotas.settlement import settle
from tests.conftest import HTMX, make_alias, make_domain, make_mailbox
from tests.quotas.test_settlement import fill


@pytest.fixture
def url(acme):
    return reverse("mailboxes:list", args=["acme"])


@pytest.fixture
def boxes(domain, charlie):
    """Two of ours beside the postmaster, and one of somebody else."""
    make_mailbox(make_domain(charlie.memberships.get().account, "elsewhere.test"), "theirs")
    return make_mailbox(domain, "ann"), make_mailbox(domain, "bert")


def shown(response) -> list[str]:
    return [box.local_part for box in response.context["page"].rows]


def test_it_shows_all_of_the_account_and_no_others(as_alice, url, boxes):
    assert shown(as_alice.get(url)) == ["ann", "bert", "postmaster"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("an", ["ann"]),
        ("ANN@acme", ["ann"]),
        ("acme.test", ["ann", "bert", "postmaster"]),
        ("x", []),
    ],
)
def test_it_is_searched_by_any_part(as_alice, url, boxes, query, found):
    assert shown(as_alice.get(url, {"q": query})) == found


def test_it_is_filtered_by_state(as_alice, url, boxes):
    Mailbox.objects.filter(local_part="ann").update(state="disabled")
    assert shown(as_alice.get(url, {"state": "disabled"})) == ["ann"]
    assert shown(as_alice.get(url, {"state": "no-such-state"})) == ["ann", "bert", "postmaster"]


def test_it_shows_what_dovecot_last_wrote(as_alice, url, boxes):
    ann = boxes[0]
    Usage.objects.create(
        username=ann.address, bytes=ann.quota_bytes // 2, messages=1, updated_at=ann.created_at
    )
    rows = as_alice.get(url).context["rows"]
    used = {row.box.local_part: row.space.percent for row in rows}
    assert used == {
        "ann": 50,
        "bert": 0,
        "postmaster": 0,
    }


@pytest.fixture
def filling(domain):
    """Four that fill up in steps, announced, and one that does not."""
    for name, percent in (("e70", 70), ("d82", 82), ("c96", 96), ("b100", 100), ("a101", 101)):
        fill(make_mailbox(domain, name), percent)
    settle()


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ("80", ["a101", "b100", "c96", "d82"]),
        ("95", ["a101", "b100", "c96"]),
        ("100", ["a101", "b100"]),
        ("7", ["a101", "b100", "c96", "d82", "e70", "postmaster"]),
    ],
)
def test_it_is_filtered_by_use(as_alice, url, filling, over, found):
    assert shown(as_alice.get(url, {"over": over})) == found


def test_the_use_is_that_of_now_not_the_announced_one(as_alice, url, filling):
    fill(Mailbox.objects.get(local_part="c96"), 79)
    settle()
    assert shown(as_alice.get(url, {"over": "80"})) == ["a101", "b100", "d82"]


def test_a_mailbox_full_of_messages_counts_and_says_so(as_alice, url, domain):
    many = make_mailbox(domain, "many")
    Mailbox.objects.filter(pk=many.pk).update(quota_messages=1000)
    fill(many, 10, messages=970)
    settle()
    response = as_alice.get(url, {"over": "95"})
    assert shown(response) == ["many"]
    assert "970" in response.text
    assert "Almost full · 97&nbsp;%" in response.text


@pytest.fixture
def _short_pages(monkeypatch):
    """Two rows each: a page must not be short of rows because others were left out afterwards."""
    monkeypatch.setattr(paging.paginate, "__defaults__", ("", 2, None))


@pytest.mark.usefixtures("_short_pages")
def test_use_state_and_search_go_together(as_alice, url, filling):
    Mailbox.objects.filter(local_part__in=["c96", "d82", "e70"]).update(state="disabled")
    assert shown(as_alice.get(url, {"over": "80", "state": "disabled"})) == ["c96", "d82"]
    both = {"over": "80", "state": "disabled", "q": "6"}
    assert shown(as_alice.get(url, both)) == ["c96"]
    assert "No mailbox matches" in as_alice.get(url, {**both, "over": "100"}).text


@pytest.mark.usefixtures("_short_pages")
def test_pages_of_the_filter_follow_each_other(as_alice, url, filling):
    first = as_alice.get(url, {"over": "80"})
    second = as_alice.get(f"{url}?{first.context['page'].next}")
    assert (shown(first), shown(second)) == (["a101", "b100"], ["c96", "d82"])
    back = as_alice.get(f"{url}?{second.context['page'].previous}")
    assert shown(back) == ["a101", "b100"]
    assert shown(as_alice.get(url, {"over": "80", "turn": "1"})) == ["d82", "c96"]


@pytest.mark.usefixtures("_short_pages")
def test_a_postmaster_finds_those_of_the_own_domains_only(client, url, filling, acme, bob):
    other = make_domain(acme, "other.test")
    fill(make_mailbox(other, "theirs"), 90)
    settle()
    acme.memberships.filter(user=bob).update(role=20, domain_ids=[other.pk])
    client.force_login(bob)
    assert shown(client.get(url, {"over": "80"})) == ["theirs"]


def test_nothing_that_full_is_good_news(as_alice, url, boxes):
    assert "No mailbox is that full" in as_alice.get(url, {"over": "100"}).text


def test_htmx_gets_the_list_alone(as_alice, url, boxes):
    response = as_alice.get(url, headers=HTMX)
    assert "ann@acme.test" in response.text
    assert "<html" not in response.text


@pytest.mark.parametrize("kind", [Mailbox, Alias])
def test_each_role_sees_its_own(acme, alice, bob, boxes, kind):
    other = make_domain(acme, "other.test")
    make_mailbox(other, "carl")
    make_alias(other, "team", "x@example.test")
    bobs = Membership.objects.get(account=acme, user=bob)
    assert kind.objects.visible_to(bobs).filter(domain=other).exists()
    bobs.role, bobs.domain_ids = 20, [boxes[0].domain_id]
    assert not kind.objects.visible_to(bobs).filter(domain=other).exists()
    bobs.domain_ids = []
    assert not kind.objects.visible_to(bobs).exists()
