"""Outlook posts a question and reads the answer (MS-OXDSCLI)."""

from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from mailboxes.clientsettings import autodiscover
from tests.conftest import make_domain

PATH = "/autodiscover/autodiscover.xml"
REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
PHONE = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/"
QUESTION = (
    '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{request}"><Request>'
    "<EMailAddress>{address}</EMailAddress>"
    "<AcceptableResponseSchema>{response}</AcceptableResponseSchema></Request></Autodiscover>"
)
# Elements of a protocol, and the words that the specification allows in them.
SWITCHES = {"DomainRequired", "SPA", "SSL", "AuthRequired", "UsePOPAuth", "SMTPLast"}
ELEMENTS = SWITCHES | {"Type", "Server", "Port", "LoginName", "Encryption"}


def question(address="info@acme.test", request=REQUEST, response=autodiscover.OUTLOOK) -> str:
    return QUESTION.format(address=address, request=request, response=response)


def ask(client, body, path=PATH, host="autodiscover.acme.test"):
    return client.post(path, body, content_type="text/xml", headers={"Host": host})


def protocols(client, *args, **options) -> dict[str, dict[str, str]]:
    """What it says of IMAP and SMTP, checked by the specification."""
    response = ask(client, *args, **options)
    assert response.status_code == 200
    root = ET.fromstring(response.content)
    assert root.tag == f"{{{autodiscover.ANSWER}}}Autodiscover"
    inner = f"{{{autodiscover.OUTLOOK}}}"
    [answer] = root
    assert answer.tag == f"{inner}Response"
    account = answer.find(f"{inner}Account")
    assert account.findtext(f"{inner}AccountType") == "email"
    assert account.findtext(f"{inner}Action") == "settings"
    found = {}
    for protocol in account.iter(f"{inner}Protocol"):
        texts = {each.tag.removeprefix(inner): each.text for each in protocol}
        assert texts.keys() <= ELEMENTS
        assert {texts[name] for name in SWITCHES & texts.keys()} <= {"on", "off"}
        found[texts["Type"]] = texts
    return found


@pytest.mark.parametrize(
    "path", [PATH, "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.xml"]
)
def test_outlook_is_told_both_servers(client, domain, path):
    found = protocols(client, question(), path)
    assert found.keys() == {"IMAP", "SMTP"}
    imap, smtp = found["IMAP"], found["SMTP"]
    assert (imap["Server"], imap["Port"]) == (settings.IMAP_HOST, str(settings.IMAP_PORT))
    assert (imap["SSL"], imap["LoginName"]) == ("on", "info@acme.test")
    assert (smtp["Server"], smtp["Port"]) == (settings.SMTP_HOST, str(settings.SUBMISSION_PORT))
    assert (smtp["Encryption"], smtp["AuthRequired"]) == ("TLS", "on")


def test_it_is_found_by_the_address_alone_too(client, domain):
    assert protocols(client, question(), host="testserver")


def test_in_an_alias_domain_one_signs_in_with_the_address_it_mirrors(client, acme, domain):
    make_domain(acme, "acme.example", alias_of=domain)
    found = protocols(client, question("info@acme.example"))
    assert found["IMAP"]["LoginName"] == "info@acme.test"


def test_an_answer_does_not_depend_on_whether_there_is_such_a_mailbox(client, mailbox):
    there, not_there = (
        ask(client, question(f"{name}@acme.test")).text.replace(name, "NAME")
        for name in (mailbox.local_part, "nobody")
    )
    assert there == not_there


def error_of(response) -> str:
    assert response.status_code == 200
    error = ET.fromstring(response.content).find(".//{*}Error")
    assert {"Time", "Id"} == error.attrib.keys()
    return error.findtext("{*}ErrorCode")


def test_a_phone_that_wants_activesync_is_told_that_there_is_none(client, domain):
    asked = question(request=f"{PHONE}requestschema/2006", response=f"{PHONE}responseschema/2006")
    assert error_of(ask(client, asked)) == "601"


BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>'
    "<Autodiscover><EMailAddress>info@acme.test&c;</EMailAddress></Autodiscover>"
)
FILE = (
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    "<Autodiscover><EMailAddress>&b;</EMailAddress></Autodiscover>"
)


@pytest.mark.parametrize(
    "body",
    ["", "not xml", "<a", BOMB, FILE, "<Autodiscover/>", question(""), "\x00",
     '<?xml version="1.0" encoding="no-such"?><a/>', b"\xff\xfe<\x00"],
)  # fmt: skip
def test_what_cannot_be_read_is_an_invalid_request(client, domain, body):
    assert error_of(ask(client, body)) == "600"


def test_what_is_far_too_long_is_not_read(client, domain):
    assert ask(client, question() + " " * 20_000).status_code == 413


@pytest.mark.parametrize(
    "address", ["info@elsewhere.test", "info", "<b>@acme.test", "a@b@acme.test"]
)
def test_of_a_domain_that_is_not_hosted_there_is_nothing(client, domain, address):
    asked = question(address.replace("<", "&lt;"))
    assert ask(client, asked).status_code == 404


def test_what_was_typed_is_escaped(client, domain):
    typed = "a&amp;b'c@acme.test"
    assert protocols(client, question(typed))["IMAP"]["LoginName"] == "a&b'c@acme.test"


@pytest.mark.parametrize(
    "path",
    [
        "/autodiscover/autodiscover.json?Email=info@acme.test&Protocol=Autodiscoverv1",
        "/Autodiscover/Autodiscover.json?email=info%40acme.test&protocol=AutodiscoverV1",
        "/autodiscover/autodiscover.json/v1.0/info@acme.test?Protocol=AutodiscoverV1",
    ],
)
def test_the_new_form_leads_to_the_old_one(client, domain, path):
    response = client.get(path, headers={"Host": "autodiscover.acme.test"})
    found = response.json()
    assert (response.status_code, found["Protocol"]) == (200, "AutodiscoverV1")
    assert found["Url"].lower() == "http://autodiscover.acme.test/autodiscover/autodiscover.xml"


@pytest.mark.parametrize(
    ("query", "code"),
    [("Protocol=EWS", "InvalidProtocol"), ("Protocol=ActiveSync", "InvalidProtocol"),
     ("", "MandatoryParameterMissing")],
)  # fmt: skip
def test_of_what_else_exchange_has_nothing_is_here(client, domain, query, code):
    path = f"/autodiscover/autodiscover.json?Email=info@acme.test&{query}"
    response = client.get(path)
    assert (response.status_code, response.json()["ErrorCode"]) == (400, code)


def test_nobody_learns_which_other_domains_there_are(client, domain):
    for path in ("/autodiscover/autodiscover.json?Email=x@other.test&Protocol=AutodiscoverV1",
                 "/autodiscover/autodiscover.json/v1.0/x@other.test"):  # fmt: skip
        assert client.get(path).status_code == 404
