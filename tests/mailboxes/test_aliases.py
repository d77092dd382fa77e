import pytest
from django.urls import reverse

from mailboxes.models import Alias
from tests.conftest import make_alias


@pytest.fixture
def add(as_alice, acme, domain):
    """`add(targets)` fills in the form for a new alias."""
    url = reverse("mailboxes:add_alias", args=["acme"])

    def add(targets, **more):
        typed = {"local_part": "team", "domain": "acme.test", "targets": targets}
        return as_alice.post(url, {**typed, **more})

    return add


@pytest.fixture
def alias(domain):
    return make_alias(domain, "team", "a@example.com")


@pytest.fixture
def edit(as_alice, alias):
    url = reverse("mailboxes:edit_alias", args=["acme", alias.pk])
    return lambda targets: as_alice.post(url, {"targets": targets})


@pytest.mark.parametrize(
    ("typed", "targets"),
    [
        ("a@example.com", ["a@example.com"]),
        (" A@Example.COM ", ["a@example.com"]),
        ("a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com\r\n\r\nb@example.com,,", ["a@example.com", "b@example.com"]),
        ("a@example.com A@EXAMPLE.com", ["a@example.com"]),
        ("info@bücher.example", ["info@xn--bcher-kva.example"]),
        ("a+b@example.com", ["a+b@example.com"]),
    ],
)
def test_targets_are_cleaned(add, typed, targets):
    assert add(typed).status_code == 302
    assert Alias.objects.get().targets == targets


BAD = [
    "", " ", ",", "nobody", "a@", "@example.com", "a@localhost", "root@localhost.", "a@[127.0.0.1]",
    "a@[IPv6:::1]", "a@192.0.2.1", "a@127.1", '"a b"@example.com', '"|/bin/sh"@example.com',
    "a@example.com;b@example.com", "a@exa_mple.com", "ü@example.com", "ſ@example.com", "a@b@c.com",
    "a\0@example.com", "a..b@example.com", "a" * 65 + "@example.com", "a@" + "b" * 64 + ".com",
    "a@printer.local", "team@acme.test", "TEAM@acme.TEST", "x" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("typed", BAD)
def test_what_mail_cannot_be_sent_on_to_is_shown_again(add, typed):
    assert add(typed).status_code == 422
    assert not Alias.objects.exists()


@pytest.mark.parametrize("typed", BAD)
def test_an_alias_is_not_edited_into_nonsense_either(edit, alias, typed):
    assert edit(typed).status_code == 422
    alias.refresh_from_db()
    assert alias.targets == ["a@example.com"]


def addresses(count: int) -> str:
    return "\n".join(f"a{number}@example.com" for number in range(count))


def test_it_has_at_most_20_targets(add):
    assert "at most 20 targets" in add(addresses(21)).text
    assert add(addresses(20)).status_code == 302


def test_the_same_target_many_times_counts_once(add):
    assert add("a@example.com\n" * 50).status_code == 302


def test_it_is_edited(edit, alias, acme):
    edit("b@example.com\nc@example.com")
    alias.refresh_from_db()
    assert alias.targets == ["b@example.com", "c@example.com"]
    details = acme.audit_events.latest("pk").details
    assert details == {"before": ["a@example.com"], "targets": alias.targets}


def test_it_is_deleted(as_alice, alias):
    as_alice.post(reverse("mailboxes:delete_alias", args=["acme", alias.pk]))
    assert not Alias.objects.exists()


def test_a_full_plan_refuses(add, plan):
    plan.alias_limit = 0
    plan.save()
    assert "Your plan holds 0 aliases" in add("a@example.com").text


def test_the_postmaster_address_is_taken(add):
    assert "is a mailbox already" in add("a@example.com", local_part="postmaster").text


def test_catch_all_takes_the_same_addresses(as_alice, domain):
    url = reverse("domains:catch_all", args=["acme", domain.pk])
    assert as_alice.post(url, {"catch_all": "Info@Bücher.example"}).status_code == 302
    domain.refresh_from_db()
    assert domain.catch_all == "info@xn--bcher-kva.example"
    for typed in ("root@localhost", "a@[127.0.0.1]", "a@b.com,c@d.com", "nobody", "a\0@b.com"):
        assert as_alice.post(url, {"catch_all": typed}).status_code == 422
    assert as_alice.post(url, {"catch_all": ""}).status_code == 302
    domain.refresh_from_db()
    assert domain.catch_all == ""
