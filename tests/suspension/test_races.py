"""Two who act at one moment: nothing is left out of a suspension, and nobody waits for ever."""

import pytest
from django.core.management import call_command

from accounts.models import Account
from domains.models import Domain
from domains.services import suspend_domain
from kuploy.errors import Refused
from mailboxes.models import Mailbox
from mailboxes.removal import remove_domain
from mailboxes.suspension import resume_account, suspend_account
from tests.concurrency import at_once
from tests.conftest import make_domain, make_mailbox, provider_of

pytestmark = pytest.mark.django_db(transaction=True)


def suspend(account, level=30):
    suspend_account(account=account, level=level, reason="Spam", actor=provider_of(account))


@pytest.fixture
def provider(acme):
    return provider_of(acme)


def test_what_is_made_beside_a_suspension_is_suspended_as_well(acme, domain, provider):
    outcomes = at_once(
        lambda: suspend(acme),
        lambda: make_mailbox(domain, "new"),
        lambda: make_domain(acme, "new.test"),
    )
    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert set(Mailbox.objects.values_list("suspension", flat=True)) == {30}
    assert set(Domain.objects.values_list("suspension", flat=True)) == {30}
    call_command("check_derived", verbosity=0)


def test_account_and_domain_are_suspended_and_resumed_at_once(acme, domain, mailbox, provider):
    suspend(acme, 10)
    outcomes = at_once(
        lambda: resume_account(account=acme, actor=provider),
        lambda: suspend_domain(domain=domain, level=20, reason="Spam", actor=provider),
        lambda: suspend_domain(domain=domain, level=20, reason="Phishing", actor=provider),
    )
    assert outcomes == [None, None, None]
    assert Account.objects.get().suspension == 0
    assert set(Mailbox.objects.values_list("suspension", flat=True)) == {20}
    call_command("check_derived", verbosity=0)


def test_a_domain_is_removed_or_suspended_never_both(acme, domain, mailbox, actor, provider):
    removed, suspended = at_once(
        lambda: remove_domain(domain=domain, actor=actor),
        lambda: suspend_domain(domain=domain, level=30, reason="Spam", actor=provider),
    )
    assert sorted([removed is None, suspended is None]) == [False, True]
    assert isinstance(removed or suspended, Refused)
