"""rspamd asks for the key of a domain, and nobody else gets one."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.utils import timezone

from accounts.models import Account, Plan
from domains.models import DkimKey, Domain
from domains.vault import application


@pytest.fixture(autouse=True)
def _server(settings, monkeypatch):
    settings.KEYS_TOKEN = "right"
    # The connection is the test's.
    monkeypatch.setattr("domains.vault.close_old_connections", lambda: None)


def ask(path, token="right", method="GET"):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_X_VAULT_TOKEN": token}
    said = {}
    body = application(environ, lambda status, headers: said.update(status=status))
    return int(said["status"].split()[0]), json.loads(b"".join(body))


def selectors(name):
    status, answer = ask(f"/v1/dkim/{name}")
    assert status == 200
    return answer["data"]["selectors"]


def test_the_key_fits_the_published_record(domain):
    (given,) = selectors("acme.test")
    key = domain.dkim_keys.get()
    public = load_pem_private_key(given["key"].encode(), None).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(der).decode() == key.public_key
    assert (given["domain"], given["selector"]) == ("acme.test", key.selector)


def test_the_most_recipients_are_those_of_the_tighter_plan(domain, plan):
    path = "/v1/recipients/acme.test"
    assert ask(path) == (200, {"most": None})
    Plan.objects.filter(pk=plan.pk).update(recipients_per_message=20)
    assert ask(path) == (200, {"most": 20})
    pool = Plan.objects.create(name="Pool", recipients_per_message=7)
    seller = Account.objects.create(name="Seller", slug="seller", kind="reseller", plan=pool)
    Account.objects.filter(pk=domain.account_id).update(reseller=seller)
    assert ask(path) == (200, {"most": 7})
    Domain.objects.update(status=Domain.Status.PENDING)
    assert ask(path) == (404, {})


def test_capitals_in_a_name_do_not_matter(domain):
    assert selectors("ACME.test") == selectors("acme.test")


@pytest.mark.parametrize("token", ["", "wrong", "right "])
def test_a_wrong_token_gets_nothing(domain, token):
    assert ask("/v1/dkim/acme.test", token) == (403, {})


def test_without_a_token_set_nobody_gets_anything(domain, settings):
    settings.KEYS_TOKEN = ""
    assert ask("/v1/dkim/acme.test", "") == (403, {})


@pytest.mark.parametrize("path", ["/", "/v1/dkim/", "/v1/dkim/elsewhere.test", "/v1/dkim/a/b"])
def test_other_paths_are_not_there(domain, path):
    assert ask(path) == (404, {})
    assert ask("/v1/dkim/acme.test", method="POST") == (404, {})


def test_a_claimed_name_has_no_key_yet(pending):
    assert ask("/v1/dkim/acme.test") == (404, {})


def test_the_next_key_and_the_one_before_do_not_sign(domain):
    signs = domain.dkim_keys.get()
    kept = {"domain": domain, "public_key": "p", "private_key_encrypted": b"x"}
    DkimKey.objects.create(selector="next", signs_since=None, **kept)
    DkimKey.objects.create(selector="before", replaced_at=timezone.now(), **kept)
    assert [each["selector"] for each in selectors("acme.test")] == [signs.selector]


def test_a_domain_that_is_being_removed_signs_no_more(domain):
    Domain.objects.filter(pk=domain.pk).update(status=Domain.Status.REMOVING)
    assert ask("/v1/dkim/acme.test") == (404, {})
