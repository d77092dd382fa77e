"""Thunderbird and others ask for config-v1.1.xml (draft-ietf-mailmaint-autoconfig)."""

from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from tests.conftest import make_domain

MAIL, KNOWN = "/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"
# What the draft says of each server: its elements, once each, and the words that count.
SERVER = {"hostname", "port", "socketType", "authentication", "username"}
SOCKETS = {"plain", "SSL", "STARTTLS"}


def read(client, path=MAIL, host="autoconfig.acme.test", **query):
    response = client.get(path, query, headers={"Host": host})
    assert response.status_code == 200, response.text
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    return ET.fromstring(response.content)


def check(root) -> None:
    """By the rules of the draft, as far as they concern a mail program."""
    assert (root.tag, root.attrib) == ("clientConfig", {"version": "1.1"})
    [provider] = root
    assert provider.attrib == {"id": "acme.test"}
    tags = [each.tag for each in provider]
    names = ["domain", "displayName", "displayShortName"]
    assert tags == [*names, "incomingServer", "outgoingServer"]
    assert all(provider.findtext(name) for name in names)
    for server, kind in zip(provider[3:], ("imap", "smtp"), strict=True):
        assert server.attrib == {"type": kind}
        assert sorted(each.tag for each in server) == sorted(SERVER)
        assert server.findtext("socketType") in SOCKETS
        assert 0 < int(server.findtext("port")) < 65536


@pytest.mark.parametrize("path", [MAIL, KNOWN])
def test_it_follows_the_draft_and_says_what_the_page_says(client, domain, path):
    root = read(client, path)
    check(root)
    incoming, outgoing = root.find(".//incomingServer"), root.find(".//outgoingServer")
    assert incoming.findtext("hostname") == settings.IMAP_HOST
    assert (incoming.findtext("port"), incoming.findtext("socketType")) == (
        str(settings.IMAP_PORT), "SSL",
    )  # fmt: skip
    assert outgoing.findtext("hostname") == settings.SMTP_HOST
    assert (outgoing.findtext("port"), outgoing.findtext("socketType")) == (
        str(settings.SUBMISSION_PORT), "STARTTLS",
    )  # fmt: skip


def test_it_is_found_by_the_address_alone(client, domain):
    """The MX record leads programs to autoconfig.PROVIDER; a web site may redirect to the panel."""
    ours = f"autoconfig.{settings.MX_HOSTS[0].partition('.')[2]}"
    for host in (ours, "testserver"):
        check(read(client, host=host, emailaddress="Info@Acme.TEST"))


def test_an_answer_does_not_depend_on_whether_there_is_such_a_mailbox(client, mailbox):
    answers = {
        ET.tostring(read(client, emailaddress=f"{name}@acme.test"))
        for name in (mailbox.local_part, "nobody")
    }
    assert len(answers) == 1
    assert b"nobody" not in answers.pop()


@pytest.mark.parametrize("typed", ["", "%EMAILADDRESS%x", "info"])
def test_without_an_address_the_host_name_tells(client, domain, typed):
    assert read(client, emailaddress=typed).findtext(".//username") == "%EMAILADDRESS%"


def test_in_an_alias_domain_one_signs_in_with_the_address_it_mirrors(client, acme, domain):
    make_domain(acme, "acme.example", alias_of=domain)
    root = read(client, host="autoconfig.acme.example", emailaddress="info@acme.example")
    assert root.find("emailProvider").get("id") == "acme.example"
    assert {each.text for each in root.iter("username")} == {"%EMAILLOCALPART%@acme.test"}


def test_it_bears_the_name_of_the_reseller(client, domain, white_label):
    root = read(client)
    assert root.findtext(".//displayName") == "Harbour & <Sons>"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("autoconfig.elsewhere.test", ""),
        ("autoconfig.acme.test", "info@elsewhere.test"),
        ("testserver", ""),
        ("testserver", "info@"),
        ("testserver", "info@acme.test@elsewhere.test"),
    ],
)
def test_of_a_domain_that_is_not_hosted_there_is_nothing(client, domain, host, address):
    response = client.get(MAIL, {"emailaddress": address}, headers={"Host": host})
    assert response.status_code == 404


def test_a_claim_without_a_proof_is_not_hosted(client, pending):
    assert client.get(MAIL, {"emailaddress": "info@acme.test"}).status_code == 404
    assert client.get(MAIL, headers={"Host": "autoconfig.acme.test"}).status_code == 404


def test_only_so_many_are_answered_in_a_minute(client, domain, monkeypatch):
    monkeypatch.setattr("mailboxes.clientsettings.views.TRIES", 2)
    found = [client.get(MAIL, {"emailaddress": "x@acme.test"}) for _time in range(3)]
    assert [each.status_code for each in found] == [200, 200, 429]
    assert found[-1]["Retry-After"] == "60"
