import pytest
from django.urls import reverse

from accounts.models import Membership
from mailboxes.models import Alias, Mailbox
from quotas.models import Usage
from tests.conftest import HTMX, make_alias, make_domain, make_mailbox


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
    rooms = {box.local_part: room.percent for box, room, _job in as_alice.get(url).context["rows"]}
    assert rooms == {"ann": 50, "bert": 0, "postmaster": 0}


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
