"""What the mail exchanger answers to RCPT: the next one after a change of the row obeys it."""

import pytest

from domains.models import Domain
from mailboxes.models import Mailbox
from tests.conftest import make_alias, make_mailbox
from tests.mailservers.clients import say_rcpt

TAKEN, NO_SUCH_MAILBOX, NOT_OURS = 250, 550, 554


@pytest.fixture(scope="module", autouse=True)
def _addresses(domain):
    make_mailbox(domain, "anna")
    make_alias(domain, "team", f"anna@{domain.name}", "ext@elsewhere.test")


@pytest.mark.parametrize(
    ("local_part", "code"),
    [
        ("anna", TAKEN),
        ("ANNA", TAKEN),
        ("postmaster", TAKEN),
        ("team", TAKEN),
        ("nobody", NO_SUCH_MAILBOX),
        ("anna+tag", NO_SUCH_MAILBOX),
    ],
)
def test_only_addresses_that_exist_are_taken(domain, local_part, code):
    assert say_rcpt(f"{local_part}@{domain.name}") == code


@pytest.mark.parametrize(
    "local_part", ["%", "_nna", "a%a", "anna'", "' OR '1'='1", '"an na"', "@anna", "a" * 200]
)
def test_look_ups_survive_nasty_names(domain, local_part):
    assert 500 <= say_rcpt(f"{local_part}@{domain.name}") < 600
    assert say_rcpt(f"anna@{domain.name}") == TAKEN


def test_it_is_no_open_relay():
    assert say_rcpt("someone@far-away.test") == NOT_OURS
    assert say_rcpt("someone%far-away.test@localhost") == NOT_OURS
    assert say_rcpt("@mail1.kuploy.test:someone@far-away.test") == NOT_OURS


def test_mail_to_the_machine_itself_is_refused():
    assert say_rcpt("anybody@[127.0.0.1]") == NO_SUCH_MAILBOX


@pytest.mark.parametrize("state", ["disabled", "blocked", "deleting"])
def test_a_mailbox_that_is_not_active_refuses(new_mailbox, state):
    mailbox = new_mailbox(state=state)
    assert say_rcpt(mailbox.address) == NO_SUCH_MAILBOX
    Mailbox.objects.filter(pk=mailbox.pk).update(state="active")
    assert say_rcpt(mailbox.address) == TAKEN


def test_an_unproved_domain_takes_no_mail(new_domain):
    assert say_rcpt(f"postmaster@{new_domain(proved=False).name}") == NOT_OURS


def test_a_proved_domain_is_local_once_mx_or_owner_say_so(new_domain):
    domain = new_domain()
    address, row = f"postmaster@{domain.name}", Domain.objects.filter(pk=domain.pk)
    row.update(mx_here=False)
    assert say_rcpt(address) == NOT_OURS
    row.update(deliver_here=True)
    # A smtpd process remembers for 30 s where the last address went; this is another one to it.
    assert say_rcpt(address.title()) == TAKEN


def test_an_alias_domain_knows_the_same_addresses(domain, new_domain):
    mirror = new_domain(alias_of=domain)
    assert say_rcpt(f"anna@{mirror.name}") == TAKEN
    assert say_rcpt(f"team@{mirror.name}") == TAKEN
    assert say_rcpt(f"nobody@{mirror.name}") == NO_SUCH_MAILBOX


def test_a_catch_all_takes_everything(new_domain, domain):
    open_domain = new_domain()
    assert say_rcpt(f"anything@{open_domain.name}") == NO_SUCH_MAILBOX
    Domain.objects.filter(pk=open_domain.pk).update(catch_all=f"anna@{domain.name}")
    assert say_rcpt(f"anything@{open_domain.name}") == TAKEN
