import pytest
from django.conf import settings
from django.urls import get_resolver

from accounts.models import Account, User
from accounts.services import RESERVED_SLUGS, open_account


@pytest.fixture
def dora(plan):
    return User.objects.create_user("dora@example.test")


def test_every_first_word_of_our_own_addresses_is_reserved():
    firsts = {str(entry.pattern).split("/")[0] for entry in get_resolver().url_patterns}
    ours = {word for word in firsts if word and not word.startswith("<")}
    assert ours | {settings.STATIC_URL.strip("/")} <= RESERVED_SLUGS


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_no_account_hides_our_own_addresses(dora, slug):
    assert open_account(name=slug.upper(), owner=dora).slug != slug


@pytest.mark.parametrize("name", ["株式会社", "Почта", "!!!", "../..", "a/b", "🙂"])
def test_a_name_without_letters_for_an_address_gets_one_too(dora, client, name):
    client.force_login(dora)
    account = open_account(name=name, owner=dora)
    assert client.get(account.get_absolute_url()).status_code == 200


def test_a_common_name_never_runs_out(dora, plan):
    Account.objects.bulk_create(
        Account(name="Info", slug=f"info-{number}" if number > 1 else "info", plan=plan)
        for number in range(1, 1001)
    )
    assert open_account(name="Info", owner=dora).slug.startswith("info-")


def test_a_long_name_is_cut(dora):
    assert len(open_account(name="x" * 120, owner=dora).slug) <= 60
