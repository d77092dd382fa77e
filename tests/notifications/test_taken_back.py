"""Who may see less than before keeps nothing of what was told, and gets nothing that is due."""

import pytest
from django.urls import reverse

from accounts.models import Account, Role
from notifications.models import Alert, Attempt, Channel, Delivery, Notice
from tests.conftest import make_domain
from tests.notifications.test_fanout import seat, tell


def told(member) -> set[str]:
    """Keys of the alerts that a member still has, in the panel or by mail."""
    notices = Notice.objects.filter(channel__membership=member)
    deliveries = Delivery.objects.filter(channel__membership=member)
    rows = notices.values_list("alert__dedup_key").union(deliveries.values_list("alert__dedup_key"))
    return {key for (key,) in rows}


@pytest.fixture
def dora(acme, domain):
    """A manager who was told of two domains, of the account, and of one webhook."""
    dora = seat(acme, "dora", Role.MANAGER)
    tell(acme, key="first", domain=domain)
    tell(acme, key="second", domain=make_domain(acme, "second.test"))
    tell(acme, key="account")
    tell(acme, kind=Alert.Kind.CHANNEL_STOPPED, key="webhook")
    Notice.objects.filter(alert__dedup_key__startswith="domain_active").delete()
    Delivery.objects.filter(alert__dedup_key__startswith="domain_active").delete()
    for delivery in Delivery.objects.all():
        Attempt.objects.create(delivery=delivery, milliseconds=1)
    assert told(dora) == {"first", "second", "account", "webhook"}
    return dora


def test_a_postmaster_keeps_what_is_of_the_own_domains(dora, domain, client):
    dora.role, dora.domain_ids = Role.POSTMASTER, [domain.pk]
    dora.save()
    assert told(dora) == {"first"}
    client.force_login(dora.user)
    assert client.get(reverse("notifications:list", args=["acme"])).status_code == 200
    dora.domain_ids = []
    dora.save()
    assert told(dora) == set()


def test_a_viewer_keeps_all_but_webhooks(dora):
    dora.role = Role.VIEWER
    dora.save()
    assert told(dora) == {"first", "second", "account"}


def test_whoever_may_see_as_much_keeps_everything(acme, dora, alice):
    dora.role = Role.OWNER
    dora.save()
    assert len(told(dora)) == 4
    dora.role = Role.VIEWER
    dora.save()
    assert len(told(acme.memberships.get(user=alice))) == 4


def test_a_reseller_keeps_nothing_of_an_account_that_left(acme, plan, dora):
    agency = Account.objects.create(name="Agency", slug="agency", kind="reseller", plan=plan)
    rita = seat(agency, "rita", Role.OWNER)
    rita.channels.update(include_clients=True)
    hook = Channel.objects.create(
        account=agency, transport="webhook", address="https://x.example/", include_clients=True
    )
    Account.objects.filter(pk=acme.pk).update(reseller=agency)
    tell(acme, key="of a client")
    tell(agency, key="own")
    assert (told(rita), hook.deliveries.count()) == ({"of a client", "own"}, 2)
    Account.objects.filter(pk=acme.pk).update(reseller=None)
    assert (told(rita), hook.deliveries.count()) == ({"own"}, 1)
    assert "of a client" in told(dora)
