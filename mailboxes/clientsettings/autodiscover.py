"""For Outlook: what it posts, and what it is answered (MS-OXDSCLI), as XML and as JSON."""

from xml.etree import ElementTree as ET

from django.utils import timezone

from mailboxes.clientsettings.lookup import Asked, Servers
from mailboxes.clientsettings.xml import add, written

ANSWER = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
# What Outlook accepts for IMAP and SMTP. Phones ask for ActiveSync, which is not offered.
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
INVALID_REQUEST, NO_SUCH_SCHEMA = 600, 601
WORDS = {INVALID_REQUEST: "Invalid Request", NO_SUCH_SCHEMA: "Requested schema not supported"}


def document(asked: Asked, servers: Servers) -> bytes:
    root = ET.Element("Autodiscover", xmlns=ANSWER)
    response = add(root, "Response", xmlns=OUTLOOK)
    add(add(response, "User"), "DisplayName", asked.address)
    account = add(response, "Account")
    add(account, "AccountType", "email")
    add(account, "Action", "settings")
    incoming = _protocol(account, "IMAP", servers.imap_host, servers.imap_port, asked)
    add(incoming, "SSL", "on")
    outgoing = _protocol(account, "SMTP", servers.smtp_host, servers.smtp_port, asked)
    add(outgoing, "Encryption", "TLS")  # STARTTLS; it overrules the older element SSL
    add(outgoing, "UsePOPAuth", "off")
    add(outgoing, "SMTPLast", "off")
    return written(root)


def _protocol(place: ET.Element, kind: str, host: str, port: int, asked: Asked) -> ET.Element:
    protocol = add(place, "Protocol")
    add(protocol, "Type", kind)
    add(protocol, "Server", host)
    add(protocol, "Port", str(port))
    add(protocol, "DomainRequired", "off")
    add(protocol, "LoginName", asked.login)
    add(protocol, "SPA", "off")
    add(protocol, "AuthRequired", "on")
    return protocol


def refusal(code: int) -> bytes:
    root = ET.Element("Autodiscover", xmlns=ANSWER)
    error = add(
        add(root, "Response"), "Error", Time=f"{timezone.now():%H:%M:%S.%f}", Id="0"
    )  # fmt: skip
    add(error, "ErrorCode", str(code))
    add(error, "Message", WORDS[code])
    add(error, "DebugData")
    return written(root)


def where(protocol: str, url: str) -> tuple[int, dict[str, str]]:
    """Status and body for the JSON form: it only names the address of the XML form."""
    if not protocol:
        return 400, {
            "ErrorCode": "MandatoryParameterMissing",
            "ErrorMessage": "The query parameter 'Protocol' is missing.",
        }
    if protocol.lower() != "autodiscoverv1":
        return 400, {
            "ErrorCode": "InvalidProtocol",
            "ErrorMessage": "The only protocol here is 'AutodiscoverV1'.",
        }
    return 200, {"Protocol": "AutodiscoverV1", "Url": url}
