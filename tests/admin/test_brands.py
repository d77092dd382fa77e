"""The provider sees under which name its resellers appear, and can take it away."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEvent, Branding

LIST = "admin:accounts_branding_changelist"


@pytest.fixture
def branding(acme):
    Account.objects.filter(pk=acme.pk).update(kind=Account.Kind.RESELLER)
    return Branding.objects.create(
        account=acme, name="Not your bank", host="mail.bank.test", wanted_host="mail.bank.test"
    )


@pytest.mark.parametrize("query", ["mail.ba", "Acm"])
def test_a_brand_is_found_by_its_host_name_and_its_account(provider, branding, query):
    assert "Not your bank" in provider.get(reverse(LIST), {"q": query}).text


def test_it_is_taken_away_after_asking(provider, branding, acme):
    typed = {"action": "clear", "_selected_action": [branding.pk]}
    asked = provider.post(reverse(LIST), typed)
    assert Branding.objects.exists()
    assert "Take the brand away" in asked.text
    provider.post(reverse(LIST), typed | {"go": "1"}, follow=True)
    assert not Branding.objects.exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.account, event.sentence) == (acme, "Took away the brand of Acme")
    assert event.details == {"brand": "Not your bank", "host": "mail.bank.test"}
