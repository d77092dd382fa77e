import pytest

from accounts.models import Account, Membership, Plan, Role, User
from accounts.services import open_account


@pytest.fixture(autouse=True)
def _bands(settings):
    settings.BILLING_BANDS_GB = (8, 25)
    settings.BILL_EMPTY_DOMAINS = True
    settings.CURRENCY = "EUR"


@pytest.fixture
def harbour(acme):
    """The reseller of acme, with a plan of its own; dora owns it."""
    dora = User.objects.create_user("dora@harbour.test")
    harbour = open_account(name="Harbour", owner=dora)
    harbour.kind, harbour.plan = Account.Kind.RESELLER, Plan.objects.create(name="Pool")
    harbour.save()
    acme.reseller = harbour
    acme.save()
    return harbour


@pytest.fixture
def as_dora(client, harbour):
    client.force_login(Membership.objects.get(account=harbour, role=Role.OWNER).user)
    return client
