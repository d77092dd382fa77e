"""The keys of a domain, and their renewal."""

import pytest

from domains.dns.findings import State
from tests.domains.test_cnames import BOTH, settled
from tests.domains.test_renewal import check


@pytest.fixture
def keys(domain):
    return f"/domains/{domain.pk}/keys"


def states(response):
    assert response.status_code == 200
    return [key["state"] for key in response.json()["keys"]]


def test_a_key_is_renewed_from_begin_to_end(api, domain, keys):
    assert states(api.get(keys)) == ["signs"]
    assert states(api.post(f"{keys}/renewal")) == ["next", "signs"]
    check(domain, dkim_next=State.OK)
    assert states(api.get(keys)) == ["signs", "replaced"]
    (_signing, replaced) = api.get(keys).json()["keys"]
    assert replaced["needed_until"] > replaced["replaced_at"]


def test_the_next_key_is_in_the_list_of_records(api, domain, keys):
    selector = api.post(f"{keys}/renewal").json()["keys"][0]["selector"]
    hosts = {row["kind"]: row["host"] for row in api.get(f"/domains/{domain.pk}/dns").json()}
    assert hosts["dkim_next"] == f"{selector}._domainkey"


def test_the_present_key_is_kept(api, keys):
    api.post(f"{keys}/renewal")
    assert states(api.post(f"{keys}/present")) == ["signs"]


def test_what_makes_no_sense_is_refused_with_the_reason(api, keys):
    assert "No key waits" in api.post(f"{keys}/present").json()["detail"]
    api.post(f"{keys}/renewal")
    assert "waits already" in api.post(f"{keys}/renewal").json()["detail"]


def test_the_private_half_is_in_no_answer(api, domain, keys):
    assert "private" not in api.post(f"{keys}/renewal").text


def test_keys_renew_by_themselves_and_by_hand_again(api, domain, keys):
    on = api.put(f"{keys}/by-cnames", {"on": True})
    assert states(on) == ["stands_by", "next", "signs"]
    listed = {row["kind"]: row for row in api.get(f"/domains/{domain.pk}/dns").json()}
    assert listed["dkim_spare"]["type"] == "CNAME"
    assert listed["dkim_spare"]["value"] == on.json()["keys"][0]["target"]
    settled()
    check(domain, **BOTH)
    assert api.get(keys).json()["by_cnames"]
    assert states(api.put(f"{keys}/by-cnames", {"on": False}))[0] == "next"


def test_what_is_so_already_is_refused(api, keys):
    assert "not renewed by us" in api.put(f"{keys}/by-cnames", {"on": False}).json()["detail"]
