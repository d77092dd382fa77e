"""A list leads mail of what is suspended nowhere new either."""

import pytest

from mailboxes.imports import services
from mailboxes.models import Alias
from mailboxes.suspension import suspend_account
from tests.conftest import provider_of
from tests.imports.conftest import do_all, reasons, states

ROWS = [
    ("alias", "new@acme.test;x@elsewhere.test\n", "default"),
    ("domain", "b.test;;;;;;;;x@elsewhere.test\n", "expert"),
]
WHY = "cannot be led to new addresses"


def suspend(acme):
    suspend_account(account=acme, level=10, reason="Spam", actor=provider_of(acme))
    acme.refresh_from_db()


@pytest.mark.parametrize(("kind", "text", "mode"), ROWS)
def test_the_rehearsal_says_so(uploaded, acme, domain, kind, text, mode):
    suspend(acme)
    assert WHY in reasons(uploaded(text, kind=kind, mode=mode))


@pytest.mark.parametrize(("kind", "text", "mode"), ROWS)
def test_nor_does_one_that_was_uploaded_before(uploaded, acme, domain, kind, text, mode):
    job = uploaded(text, kind=kind, mode=mode)
    assert states(job) == ["create"]
    suspend(acme)
    services.apply(job=job, domain_ids=None, actor=job.actor)
    assert WHY in reasons(do_all(job))
    assert not Alias.objects.exists()
    assert acme.domains.count() == 1


def test_who_suspends_may_bring_one(uploaded, acme, domain):
    suspend(acme)
    job = uploaded("new@acme.test;x@elsewhere.test\n", kind="alias", actor=provider_of(acme))
    services.apply(job=job, domain_ids=None, actor=provider_of(acme))
    assert states(do_all(job)) == ["made"]
