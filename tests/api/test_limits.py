"""What a domain allows, for programs."""

import pytest

from accounts.models import Account, Plan, User
from domains.models import Domain
from tests.api.conftest import new_program
from tests.conftest import GB, PASSWORD

NONE = {"default_size_bytes": None, "largest_size_bytes": None, "mailbox_limit": None}


@pytest.fixture
def path(domain):
    return f"/domains/{domain.pk}/limits"


def test_they_are_shown_and_changed(api, path):
    assert api.get(path).json()["sizes_bytes"][-1] == 25 * GB
    wanted = {"default_size_bytes": GB, "largest_size_bytes": 2 * GB, "mailbox_limit": 3}
    changed = api.put(path, wanted).json()
    assert changed == {
        **wanted, "reseller_largest_size_bytes": None, "reseller_mailbox_limit": None,
        "sizes_bytes": [GB, 2 * GB],
    }  # fmt: skip
    assert api.get(path).json() == changed


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"mailbox_limit": 26}, "#/mailbox_limit"),
        ({"largest_size_bytes": 9 * GB}, "#/largest_size_bytes"),
        ({"default_size_bytes": 2 * GB, "largest_size_bytes": GB}, "#/default_size_bytes"),
    ],
)
def test_what_goes_beyond_the_plan_is_said_for_each_field(api, path, sent, pointer):
    problem = api.put(path, {**NONE, **sent}).json()
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_a_new_mailbox_gets_the_size_of_its_domain_and_none_above_it(api, domain, path):
    api.put(path, {**NONE, "default_size_bytes": GB, "largest_size_bytes": 2 * GB})
    new = {"local_part": "a", "domain": "acme.test", "password": PASSWORD}
    large = api.post("/mailboxes", {**new, "quota_bytes": 3 * GB})
    assert "The largest mailbox in acme.test has 2 GB." in large.text
    assert api.post("/mailboxes", new).json()["quota_bytes"] == GB


def test_the_account_does_not_set_what_its_reseller_allows(api, path):
    assert api.put(f"{path}/reseller", {"reseller_mailbox_limit": 1}).status_code == 422


def test_a_reseller_sets_it_in_its_clients_account(acme, domain, path):
    pool = Plan.objects.create(name="Pool")
    harbour = Account.objects.create(name="Harbour", slug="harbour", kind="reseller", plan=pool)
    harry = User.objects.create_user("harry@harbour.test")
    harbour.memberships.create(user=harry, role=40)
    Account.objects.filter(pk=acme.pk).update(reseller=harbour)
    program = new_program(harbour, harry)
    sent = {"reseller_mailbox_limit": 2, "reseller_largest_size_bytes": 4 * GB}
    changed = program.put(f"{path}/reseller", sent, Kuploy_Account=str(acme.pk))
    assert changed.status_code == 200, changed.text
    assert changed.json()["sizes_bytes"][-1] == 4 * GB
    assert Domain.objects.get(pk=domain.pk).reseller_mailbox_limit == 2
