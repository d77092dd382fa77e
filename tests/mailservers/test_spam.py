"""Mail that looks like spam is filed as junk, by the level of the domain."""

import re
import smtplib

import pytest

from accounts.audit import Actor
from domains.models import SpamLevel
from domains.services import set_spam_level
from tests.conftest import make_mailbox
from tests.mailservers.clients import (
    HOST,
    OUTSIDER,
    STACK,
    TIMEOUT_SECONDS,
    imap,
    message,
    sent_to,
    wait_for,
)
from tests.mailservers.test_rules import elsewhere, forward

# What those who make filters agreed on for tests, as others did for virus scanners.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
FROM = {
    SpamLevel.OFF: 1000, SpamLevel.PERMISSIVE: 10, SpamLevel.STANDARD: 6, SpamLevel.AGGRESSIVE: 4
}  # fmt: skip
# Faults of form that rspamd gives points for, whatever it can look up.
SUSPICIOUS = "Content-Type: text/html\n"
SPAM = SUSPICIOUS + "X-PHP-Originating-Script: 33:mailer.php(1) : eval()'d code\n"
CERTAIN = SPAM + "Subject: WIN A CAR NOW!!!\nFrom: x@elsewhere.test\n"


def deliver(recipient, subject, headers=""):
    """Mail from outside; the code of the answer."""
    text = f"{headers}Subject: {subject}\nFrom: {OUTSIDER}\nTo: {recipient}\n\nGood day.\n"
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        try:
            client.sendmail(OUTSIDER, [recipient], text)
        except smtplib.SMTPDataError as refusal:
            return refusal.smtp_code
    return 250


def where_it_lies(mailbox):
    """The folder of the only message, and how many stars it has got."""
    with imap(mailbox.address) as session:
        for folder in ("INBOX", "Junk"):
            _, (number,) = session.select(folder, readonly=True)
            if int(number):
                head = session.fetch(number, "(BODY.PEEK[HEADER])")[1][0][1].decode()
                stars = re.search(r"^X-Spam-Level: (\*+)", head, re.M)
                return folder, len(stars[1]) if stars else 0
    return None


@pytest.fixture(scope="module", params=SpamLevel.values)
def level(request):
    return request.param


@pytest.fixture(scope="module")
def filtered(level, new_domain):
    domain = new_domain()
    set_spam_level(domain=domain, level=level, actor=Actor.system(domain.account))
    return domain


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [("", 0, 3), (SUSPICIOUS, 4, 5), (SPAM, 6, 9), (CERTAIN, 10, 24)],
)
def test_the_level_of_the_domain_decides_what_is_junk(level, filtered, headers, least, most):
    mailbox = make_mailbox(filtered, f"box{least}")
    assert deliver(mailbox.address, "Offer", headers) == 250
    folder, stars = wait_for(lambda: where_it_lies(mailbox), "the message")
    assert least <= stars <= most
    assert folder == ("Junk" if stars >= FROM[level] else "INBOX")


def test_a_forged_level_files_nothing(new_mailbox):
    mailbox = new_mailbox()
    assert deliver(mailbox.address, "Fine", f"X-Spam-Level: {'*' * 20}\n") == 250
    assert wait_for(lambda: where_it_lies(mailbox), "the message")[0] == "INBOX"


def test_junk_is_not_sent_on(new_mailbox):
    mailbox = new_mailbox()
    friend = elsewhere(mailbox)
    forward(mailbox, friend)
    assert deliver(mailbox.address, "Bad", CERTAIN) == 250
    assert wait_for(lambda: where_it_lies(mailbox), "the message")[0] == "Junk"
    assert deliver(mailbox.address, "Good") == 250
    (sent,) = wait_for(lambda: sent_to(friend), "what is no junk")
    assert sent["Subject"] == "Good"


def test_what_is_beyond_doubt_is_refused(new_mailbox):
    mail = message(OUTSIDER, new_mailbox().address)
    mail.set_content(GTUBE)
    refused = pytest.raises(smtplib.SMTPDataError)
    with smtplib.SMTP(HOST, STACK.ports["smtp"]) as client, refused as refusal:
        client.send_message(mail)
    assert 500 <= refusal.value.smtp_code < 600
