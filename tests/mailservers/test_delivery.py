import smtplib
from concurrent.futures import ThreadPoolExecutor

from domains.models import Domain
from mailboxes.models import Mailbox
from quotas.models import Usage
from tests.conftest import make_alias, make_mailbox
from tests.mailservers.clients import (
    HOST,
    OUTSIDER,
    STACK,
    TIMEOUT_SECONDS,
    send,
    sent_to,
    subjects,
    submit,
    wait_for,
)


def arrives(address, subject):
    wait_for(lambda: subject in subjects(address), f"{subject!r} in {address}")


def test_mail_from_outside_is_read_over_imaps(new_mailbox):
    address = new_mailbox().address
    assert send(address, "From outside") == 250
    arrives(address, "From outside")


def test_a_lone_line_feed_does_not_begin_a_second_message(new_mailbox):
    address = new_mailbox().address
    forged = f"MAIL FROM:<x@bank.test>\r\nRCPT TO:<{address}>\r\nDATA\r\nSubject: forged\r\n\r\n"
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        client.ehlo("client.test")
        client.mail(OUTSIDER)
        client.rcpt(address)
        client.docmd("DATA")
        client.send(f"Subject: first\r\n\r\nhello\r\n.\n{forged}hello\r\n.\r\n")
        client.getreply()
    assert send(address, "last") == 250
    arrives(address, "last")
    assert "forged" not in subjects(address)


def test_mail_between_mailboxes_and_to_the_world(new_mailbox):
    anna, ben = new_mailbox().address, new_mailbox().address
    assert submit(anna, ben, "To a neighbour") == 250
    arrives(ben, "To a neighbour")
    stranger = f"far-{anna}.elsewhere.test"
    assert submit(anna, stranger, "To the world") == 250
    wait_for(lambda: sent_to(stranger), "mail that leaves")


def test_an_alias_reaches_all_its_targets(domain, new_mailbox):
    anna, ben = new_mailbox().address, new_mailbox().address
    away = f"away@{domain.name}.elsewhere.test"
    make_alias(domain, "all", anna, ben, away)
    assert send(f"all@{domain.name}", "To all") == 250
    arrives(anna, "To all")
    arrives(ben, "To all")
    wait_for(lambda: sent_to(away), "the target elsewhere")


def test_an_alias_domain_delivers_to_the_mailbox_it_mirrors(domain, new_domain, new_mailbox):
    mailbox, mirror = new_mailbox(), new_domain(alias_of=domain)
    assert send(f"{mailbox.local_part}@{mirror.name}", "Mirrored") == 250
    arrives(mailbox.address, "Mirrored")


def test_a_catch_all_leaves_real_addresses_alone(new_domain, new_mailbox):
    catcher, open_domain = new_mailbox(), new_domain()
    Domain.objects.filter(pk=open_domain.pk).update(catch_all=catcher.address)
    real = make_mailbox(open_domain, "real").address
    assert send(real, "For the real one") == 250
    assert send(f"whatever@{open_domain.name}", "For nobody") == 250
    arrives(catcher.address, "For nobody")
    arrives(real, "For the real one")
    assert subjects(catcher.address) == ["For nobody"]


def test_an_alias_domain_mirrors_the_catch_all(new_domain, new_mailbox):
    catcher, open_domain = new_mailbox(), new_domain()
    Domain.objects.filter(pk=open_domain.pk).update(catch_all=catcher.address)
    mirror = new_domain(alias_of=open_domain)
    assert send(f"whatever@{mirror.name}", "Mirrored and caught") == 250
    arrives(catcher.address, "Mirrored and caught")


def test_fifty_deliveries_at_once_leave_every_usage_row_right(new_mailbox):
    addresses = [new_mailbox().address for _ in range(50)]
    with ThreadPoolExecutor(10) as threads:
        sizes = [1000 * number for number in range(50)]
        codes = threads.map(lambda to, size: send(to, size=size), addresses, sizes)
        assert set(codes) == {250}
    rows = Usage.objects.filter(username__in=addresses, messages=1)
    wait_for(lambda: rows.count() == 50, "fifty usage rows")
    by_size = rows.order_by("bytes").values_list("username", flat=True)
    assert list(by_size) == addresses


def test_mail_by_an_alias_to_a_disabled_mailbox_comes_back(domain, new_mailbox):
    mailbox = new_mailbox()
    alias = make_alias(domain, "to-disabled", mailbox.address).address
    Mailbox.objects.filter(pk=mailbox.pk).update(state="disabled")
    sender = f"{mailbox.local_part}@{domain.name}.elsewhere.test"
    assert send(alias, "Too late", sender=sender) == 250
    wait_for(lambda: sent_to(sender), "the answer to the sender")
    Mailbox.objects.filter(pk=mailbox.pk).update(state="active")
    assert subjects(mailbox.address) == []
