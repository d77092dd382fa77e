import pytest
from django.http import QueryDict

from accounts.models import AuditEvent
from domains.models import Domain
from kuploy.paging import paginate


@pytest.fixture
def letters(acme):
    """Domains a.test to g.test."""
    Domain.objects.bulk_create(Domain(account=acme, name=f"{letter}.test") for letter in "abcdefg")
    return Domain.objects.filter(account=acme)


def page(letters, query="", key="name", search=""):
    return paginate(letters, key, QueryDict(query), search, size=3)


def names(page) -> str:
    return "".join(row.name[0] for row in page.rows)


@pytest.mark.parametrize("place", ["2020-01-01", "2020-01-01T00:00", "x", "1"])
def test_a_moment_without_its_zone_is_no_place(letters, place):
    assert len(names(page(letters, f"after={place}", key="created_at"))) == 3


def walk(letters, start: str, link: str) -> list[str]:
    seen, query = [], start
    while True:
        found = page(letters, query)
        seen.append(names(found))
        if not (query := getattr(found, link)):
            return seen


def test_forward_to_the_end(letters):
    assert walk(letters, "", "next") == ["abc", "def", "g"]


def test_backward_to_the_start(letters):
    assert walk(letters, "after=f.test", "previous") == ["g", "def", "abc"]


def test_there_and_back_is_the_same_page(letters):
    second = page(letters, page(letters).next)
    assert names(page(letters, page(letters, second.next).previous)) == names(second)


def test_descending(letters):
    first = page(letters, key="-name")
    assert names(first) == "gfe"
    second = page(letters, first.next, key="-name")
    assert names(second) == "dcb"
    assert names(page(letters, second.previous, key="-name")) == "gfe"


def test_the_first_page_has_nothing_before_it(letters):
    assert page(letters).previous == ""


def test_a_full_last_page_has_nothing_after_it(letters):
    letters.filter(name="g.test").delete()
    assert walk(letters, "", "next") == ["abc", "def"]


def test_a_list_of_nothing(letters):
    found = page(letters.none())
    assert (found.rows, found.previous, found.next) == ([], "", "")


def test_past_the_end_is_empty(letters):
    assert page(letters, "after=z").rows == []


def test_the_row_named_may_be_gone_by_now(letters):
    letters.filter(name="c.test").delete()
    assert names(page(letters, "after=c.test")) == "def"


def test_filters_stay_in_the_links(letters):
    found = page(letters, "q=test&after=a.test&status=pending")
    assert QueryDict(found.next).dict() == {"q": "test", "status": "pending", "after": "d.test"}
    assert QueryDict(found.previous).dict() == {
        "q": "test",
        "status": "pending",
        "before": "b.test",
    }


@pytest.fixture
def found(acme):
    """In the order in which a search for "ab" shows them."""
    found = ["ab1.test", "ab2.test", "ab3.test", "ab4.test", "1ab.test", "a2ab.test", "z.ab.test"]
    Domain.objects.bulk_create(Domain(account=acme, name=name) for name in [*found, "a.test"])
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_search_shows_what_begins_so_before_what_contains_it(acme, found, size):
    rows, seen, query = Domain.objects.filter(account=acme), [], ""
    while True:
        page = paginate(rows, "name", QueryDict(query), "ab", size)
        seen.append([row.name for row in page.rows])
        if not (query := page.next):
            break
    assert [name for names in seen for name in names] == found
    while seen:
        assert [row.name for row in page.rows] == seen.pop()
        page = paginate(rows, "name", QueryDict(page.previous), "ab", size)


def test_a_search_takes_percent_and_underscore_as_they_are(letters):
    assert page(letters, search="_").rows == page(letters, search="%").rows == []


HOSTILE = ["%FF", "'", "%27%3B--", "%F0%9F%99%82", "a" * 5000, "%25", "_", "9" * 5000, "-1", "1e9"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_hostile_place_is_just_a_place(letters, name, value):
    page(letters, f"{name}={value}")
    paginate(AuditEvent.objects.all(), "-id", QueryDict(f"{name}={value}"))


def test_what_cannot_be_a_place_is_the_first_page(acme):
    events = AuditEvent.objects.all()
    assert len(paginate(events, "-id", QueryDict("after=abc")).rows) == events.count() > 0


def test_the_order_can_be_turned_and_turned_back(letters):
    turned = page(letters, page(letters, "after=c.test").turned)
    assert names(turned) == "gfe"
    assert names(page(letters, turned.next)) == "dcb"
    assert names(page(letters, turned.turned)) == "abc"
