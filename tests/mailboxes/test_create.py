import pytest
from django.core.management import call_command

from kuploy.errors import Refused
from tests.conftest import make_alias, make_mailbox


def test_an_address_is_a_mailbox_or_an_alias_never_both(domain):
    make_mailbox(domain, "info")
    with pytest.raises(Refused, match="is a mailbox already"):
        make_alias(domain, "info", "x@example.test")


def test_counts_and_copies_agree_with_their_rows(domain):
    make_mailbox(domain, "one")
    make_alias(domain, "two", "one@acme.test")
    call_command("check_derived")


def test_a_full_plan_refuses_with_the_way_out(domain, plan):
    plan.mailbox_limit = 1
    plan.save()
    make_mailbox(domain, "one")
    with pytest.raises(Refused, match="Upgrade the plan or remove one first"):
        make_mailbox(domain, "two")
