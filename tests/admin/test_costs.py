"""A page of the admin asks the database the same number of questions, whatever it shows."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Invitation, Plan, Role, User
from accounts.services import open_account
from mailboxes import jobs
from mailboxes.models import HostJob
from notifications.models import Alert, Channel
from notifications.services import raise_alert
from quotas import hosts
from quotas.models import Usage
from quotas.settlement import settle
from tests.admin.conftest import USED
from tests.admin.test_pages import NAMES, each_page, list_of
from tests.conftest import make_alias, make_domain, make_mailbox

# Who is signed in, the rows, and what the rows refer to.
MOST_OF_A_LIST = 6
MOST_OF_A_ROW = 12


def add(number: int) -> None:
    """One more of everything, in an account of its own below a reseller of its own."""
    user = User.objects.create_user(f"user{number}@example.test")
    EmailAddress.objects.create(user=user, email=user.email)
    Authenticator.objects.create(user=user, type="totp", data={})
    account = open_account(name=f"Firm {number}", owner=user)
    seller = open_account(name=f"Seller {number}", owner=user)
    Account.objects.filter(pk=seller.pk).update(kind="reseller")
    Account.objects.filter(pk=account.pk).update(reseller=seller)
    Plan.objects.create(name=f"Plan {number}", owner=seller)
    Invitation.objects.create(account=account, email=f"x{number}@example.test", role=Role.VIEWER)
    Channel.objects.create(account=account, transport="webhook", address="https://h.test/")
    _host(account, number)


def _host(account: Account, number: int) -> None:
    domain = make_domain(account, f"firm{number}.test")
    mailbox = make_mailbox(domain)
    make_alias(domain, "team", "x@example.test")
    Usage.objects.create(username=mailbox.address, bytes=USED, messages=1, updated_at=Now())
    jobs.owe(mailbox, HostJob.Kind.KICK)
    raise_alert(
        account=account, kind=Alert.Kind.DNS_BROKEN, dedup_key=f"broken:{number}",
        facts={"domain": domain.name, "records": "SPF"}, domain_id=domain.pk,
    )  # fmt: skip
    settle()
    hosts.sum_up()


def questions(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_list_of_twenty_costs_what_a_list_of_two_does(provider, plan):
    for number in range(2):
        add(number)
    few = {name: questions(provider, list_of(name)) for name in NAMES}
    for number in range(2, 20):
        add(number)
    assert {name: questions(provider, list_of(name)) for name in NAMES} == few
    assert max(few.values()) <= MOST_OF_A_LIST


@each_page
def test_a_row_costs_a_few_questions(provider, everything, name):
    url = reverse(f"admin:{name}_change", args=[everything.rows[name].pk])
    assert questions(provider, url) <= MOST_OF_A_ROW


def test_the_start_page_costs_the_same(provider, plan):
    add(0)
    few = questions(provider, reverse("admin:index"))
    for number in range(1, 5):
        add(number)
    assert questions(provider, reverse("admin:index")) == few
