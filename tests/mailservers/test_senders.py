"""Who signed in writes as an address of their own, and as nobody else."""

import smtplib

import pytest

from mailboxes.models import Alias
from tests.conftest import make_alias
from tests.mailservers.clients import HOST, STACK, message, send, submit

REFUSED = (553, 554)


def test_ones_own_address_is_allowed(new_mailbox):
    anna = new_mailbox().address
    assert submit(anna, "someone@elsewhere.test", sender=anna) == 250
    assert submit(anna, "someone@elsewhere.test", sender=anna.upper()) == 250


def test_an_alias_that_one_receives_is_allowed(domain, new_mailbox):
    anna, ben = new_mailbox().address, new_mailbox().address
    alias = make_alias(domain, "sales", anna, ben).address
    assert submit(anna, "someone@elsewhere.test", sender=alias) == 250
    Alias.objects.filter(address=alias).update(targets=[ben])
    assert submit(anna, "someone@elsewhere.test", sender=alias) in REFUSED


def test_ones_name_in_an_alias_domain_is_allowed(domain, new_domain, new_mailbox):
    mailbox, mirror = new_mailbox(), new_domain(alias_of=domain)
    sender = f"{mailbox.local_part}@{mirror.name}"
    assert submit(mailbox.address, "someone@elsewhere.test", sender=sender) == 250


@pytest.mark.parametrize("sender", ["", "someone@elsewhere.test", "nobody@kuploy.test"])
def test_other_senders_are_refused(new_mailbox, sender):
    assert submit(new_mailbox().address, "a@elsewhere.test", sender=sender) in REFUSED


def test_a_neighbours_address_is_refused(new_mailbox):
    anna, ben = new_mailbox().address, new_mailbox().address
    assert submit(anna, "someone@elsewhere.test", sender=ben) in REFUSED


def test_a_disabled_mailbox_cannot_send(new_mailbox):
    mailbox = new_mailbox(state="disabled")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        submit(mailbox.address, "someone@elsewhere.test")


def test_submission_without_a_sign_in_is_refused(new_mailbox):
    anna = new_mailbox().address
    refused = pytest.raises(smtplib.SMTPSenderRefused)
    with smtplib.SMTP(HOST, STACK.ports["submission"]) as client, refused as refusal:
        client.sendmail(anna, [anna], message(anna, anna).as_bytes())
    assert refusal.value.smtp_code == 530


def test_a_target_in_another_account_may_not_send_as_the_alias(domain, new_mailbox, neighbour):
    alias = make_alias(domain, "shared", neighbour.address).address
    assert submit(neighbour.address, "someone@elsewhere.test", sender=alias) in REFUSED


def test_a_strangers_alias_does_not_send_on_what_claims_to_be_a_customer(domain, new_mailbox):
    """From our address it would pass for the customer's own mail: SPF names us."""
    way_out = make_alias(domain, "out", "someone@elsewhere.test").address
    assert send(way_out, sender=new_mailbox().address) == 554
    assert send(way_out, sender="friend@elsewhere.test") == 250


def test_a_web_shop_may_write_to_its_owner_without_signing_in(new_mailbox):
    anna = new_mailbox().address
    assert send(anna, sender=anna) == 250
