import pytest

from accounts.models import Account, Branding
from accounts.services import open_account

ADDRESS = "info@acme.test"


@pytest.fixture
def white_label(acme, charlie) -> Branding:
    """Acme is the client of a reseller with a brand of its own."""
    reseller = open_account(name="Harbour", owner=charlie)
    Account.objects.filter(pk=reseller.pk).update(kind=Account.Kind.RESELLER)
    Account.objects.filter(pk=acme.pk).update(reseller=reseller)
    return Branding.objects.create(
        account=reseller, name="Harbour & <Sons>", host="mail.harbour.test"
    )
