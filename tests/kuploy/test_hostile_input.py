"""Every page and every form, with what nobody means to type: no answer is an error of ours."""

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.models import Account
from tests.tenancy.test_routes import TENANT_ROUTES, address_of, things_of

PARAMETERS = (
    "q", "after", "before", "status", "state", "domain", "page", "next", "kind", "show", "channel",
    "month", "plan", "copy", "of", "days",
)  # fmt: skip
NUL = "%00"
HOSTILE = [
    "%FF%FE",
    "'%22%3C%3E",
    "%25%5C_",
    "%F0%9F%99%82",
    "a" * 3000,
    "-1",
    "9" * 400,
    "%ED%A0%80",
]


@pytest.fixture
def ours(acme):
    # A reseller has every page that there is.
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    return things_of(acme, "acme.test")


# What these are to show is found by a parameter.
BY_PARAMETER = ("plans:add", "domains:reports:sender")
# A state that none of our links carried leads on to the page of the domain.
SENT_ON = ("domains:connect",)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_page_stumbles_over_its_parameters(as_alice, acme, ours, value):
    query = "&".join(f"{name}={value}" for name in PARAMETERS)
    for name in TENANT_ROUTES:
        status = as_alice.get(f"{address_of(name, acme, ours)}?{query}").status_code
        others = {404} if name in BY_PARAMETER else {302} if name in SENT_ON else set()
        assert (name, status in {200, 405} | others) == (name, True)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_nul_in_an_address_is_refused_before_the_database_sees_it(as_alice, acme, ours, name):
    for route in TENANT_ROUTES:
        url = f"{address_of(route, acme, ours)}?{name}=x{NUL}y"
        assert (route, as_alice.get(url).status_code) == (route, 400)
    assert as_alice.get(f"/?{name}={NUL}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [f"/acme{NUL}/", f"/acme/domains/{NUL}/", f"/invitations/{NUL}/",
     f"/addresses/{NUL}/", f"/{NUL}",
     f"/auth/password/reset/key/1-{NUL}/", f"/auth/confirm-email/{NUL}/", f"/admin/{NUL}/"],
)  # fmt: skip
def test_a_nul_in_a_path_is_refused(as_alice, path):
    assert as_alice.get(path).status_code == 400


FIELDS = (
    "name", "alias_of", "local_part", "domain", "display_name", "password", "quota_bytes",
    "targets", "catch_all", "code", "email", "role", "domains", "on", "url", "kinds", "address",
    "panel", "seen", "kind", "notice", "newest", "plan", "domain_limit", "allowed_sizes_gb",
    "host", "port", "since", "master_user", "master_password", "remote_user", "remote_password",
    "default_size_bytes", "largest_size_bytes", "price_8", "block_excess", "old_password",
)  # fmt: skip
# What these name is found in the form, not in the address.
BY_FORM = ("notifications:follow", "notifications:read", "notifications:read_all")
# These are for resellers in the accounts of their clients.
AS_RESELLER = ("domains:suspend", "domains:resume", "mailboxes:suspend", "mailboxes:resume")
MAY_BE_MISSING = {
    *BY_FORM, *AS_RESELLER, "clients:withdraw_invitation",
}  # fmt: skip
TYPED = [
    "\0", "a\0b", "x" * 10_000, "'; drop table--", "🙂", "\u202e", "\ud7ff", "-1", "9" * 400, " ",
    "%", "_", "<script>", "ａ", "a\r\nb",
]  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_no_form_stumbles_over_what_is_typed(as_alice, acme, ours, typed):
    for name in TENANT_ROUTES:
        with transaction.atomic():
            url = address_of(name, acme, ours)
            response = as_alice.post(url, dict.fromkeys(FIELDS, typed))
            transaction.set_rollback(True)
        not_found = {404} if name in MAY_BE_MISSING else set()
        assert (name, response.status_code in {200, 302, 422} | not_found) == (name, True)


@pytest.mark.parametrize("typed", TYPED)
def test_no_public_form_stumbles_either(client, acme, typed):
    fields = ("login", "email", "password", "password1", "organisation", "code", "next")
    for name in ("account_login", "account_signup", "account_reset_password"):
        assert client.post(reverse(name), dict.fromkeys(fields, typed)).status_code in {200, 302}


def test_wildcards_in_a_search_are_letters(as_alice, acme, ours):
    for query in ("%25", "_", "%5C"):
        for name in ("domains:list", "mailboxes:list", "mailboxes:aliases"):
            page = as_alice.get(f"{address_of(name, acme, ours)}?q={query}").context["page"]
            assert list(page.rows) == []
