import pytest

from accounts.models import Account, Membership, Role, User
from quotas.models import Total
from tests.conftest import GB, make_alias, make_domain, make_mailbox


@pytest.fixture
def url(address, acme):
    return address("remove", acme)


def removed(acme):
    return Account.objects.get(pk=acme.pk).removed_at


def test_it_says_what_goes_with_it(reseller, url, acme):
    domain = make_domain(acme, "acme.test")
    make_mailbox(domain)
    make_alias(domain, "team", "x@example.test")
    Total.objects.update_or_create(domain_id=domain.pk, defaults={"bytes": 3 * GB, "messages": 9})
    page = reseller.get(url).text
    assert "1 domain, 1 mailbox with 3.0\xa0GB of mail, 1 alias" in page


@pytest.mark.parametrize("typed", ["", "Acm", "Acme Ltd", "acme@acme.test", "%", "Acme\0"])
def test_without_the_name_it_stays(reseller, url, acme, typed):
    assert reseller.post(url, {"name": typed}).status_code == 422
    assert not removed(acme)


@pytest.mark.parametrize("typed", ["Acme", " acME "])
def test_with_the_name_it_is_closed(reseller, url, address, acme, bob, client, typed, queued):
    with queued() as jobs:
        answer = reseller.post(url, {"name": typed})
    assert answer.url == address("list")
    assert removed(acme)
    assert jobs == [("plans.tasks.finish_removal", str(acme.pk))]
    page = reseller.get(address("list")).text
    assert "Acme is closed; its mail is being deleted." in page
    assert "Being removed" in page
    client.force_login(bob)
    assert client.get(acme.get_absolute_url()).status_code == 404


def test_a_second_click_finds_nothing(reseller, url):
    reseller.post(url, {"name": "Acme"})
    assert reseller.post(url, {"name": "Acme"}).status_code == 404


def test_a_manager_of_the_reseller_removes_nobody(client, url, address, acme, harbour):
    user = User.objects.create_user("manager@harbour.test")
    Membership.objects.create(user=user, account=harbour, role=Role.MANAGER)
    client.force_login(user)
    assert client.post(url, {"name": "Acme"}).status_code == 403
    assert not removed(acme)
    assert url not in client.get(address("detail", acme)).text
