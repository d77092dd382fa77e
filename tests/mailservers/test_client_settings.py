"""What each kind of mail program is told opens the mailbox, and sends, without another word."""

import imaplib
import plistlib
import smtplib
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import PASSWORD
from tests.mailboxes.clientsettings.test_autodiscover import PATH, question
from tests.mailservers.clients import TIMEOUT_SECONDS, trust


@dataclass(frozen=True)
class Told:
    user: str
    imap: tuple[str, int]
    smtp: tuple[str, int]


def thunderbird(client, address: str) -> Told:
    url = "/mail/config-v1.1.xml"
    root = ET.fromstring(client.get(url, {"emailaddress": address}).content)
    local_part = address.partition("@")[0]
    user = root.findtext(".//incomingServer/username").replace("%EMAILADDRESS%", address)
    servers = (root.find(f".//{way}Server") for way in ("incoming", "outgoing"))
    places = [(each.findtext("hostname"), int(each.findtext("port"))) for each in servers]
    return Told(user.replace("%EMAILLOCALPART%", local_part), *places)


def outlook(client, address: str) -> Told:
    response = client.post(PATH, question(address), content_type="text/xml")
    found = ET.fromstring(response.content).findall(".//{*}Protocol")
    places = [(each.findtext("{*}Server"), int(each.findtext("{*}Port"))) for each in found]
    return Told(found[0].findtext("{*}LoginName"), *places)


def telephone(client, address: str) -> Told:
    content = client.get("/mailbox/setup/apple.mobileconfig", {"address": address}).content
    [found] = plistlib.loads(content)["PayloadContent"]
    places = [
        (found[f"{way}MailServerHostName"], found[f"{way}MailServerPortNumber"])
        for way in ("Incoming", "Outgoing")
    ]
    return Told(found["IncomingMailServerUsername"], *places)


@pytest.fixture
def mirrored(new_domain, new_mailbox):
    """A mailbox, and its address in an alias domain."""
    mailbox = new_mailbox()
    alias = new_domain(alias_of=mailbox.domain)
    return mailbox.address, f"{mailbox.local_part}@{alias.name}"


@pytest.mark.parametrize("program", [thunderbird, outlook, telephone])
def test_it_signs_in_and_may_send(client, mirrored, program):
    for address in mirrored:
        told = program(client, address)
        with imaplib.IMAP4_SSL(*told.imap, ssl_context=trust(), timeout=TIMEOUT_SECONDS) as session:
            assert session.login(told.user, PASSWORD)[0] == "OK"
        with smtplib.SMTP(*told.smtp, timeout=TIMEOUT_SECONDS) as session:
            session.starttls(context=trust())
            session.login(told.user, PASSWORD)
            assert session.mail(address)[0] == 250
            assert session.rcpt(mirrored[0])[0] == 250
