"""For Thunderbird, K-9, Evolution and others: config-v1.1.xml (draft-ietf-mailmaint-autoconfig)."""

from xml.etree import ElementTree as ET

from mailboxes.clientsettings.lookup import Hosted, Servers
from mailboxes.clientsettings.xml import add, written


def document(hosted: Hosted, servers: Servers) -> bytes:
    """Names nobody: the mail program puts in the address that it was told."""
    root = ET.Element("clientConfig", version="1.1")
    provider = add(root, "emailProvider", id=hosted.domain)
    add(provider, "domain", hosted.domain)
    add(provider, "displayName", hosted.brand.name)
    add(provider, "displayShortName", hosted.brand.name)
    incoming = add(provider, "incomingServer", type="imap")
    _server(incoming, hosted, servers.imap_host, servers.imap_port, "SSL")
    outgoing = add(provider, "outgoingServer", type="smtp")
    _server(outgoing, hosted, servers.smtp_host, servers.smtp_port, "STARTTLS")
    return written(root)


def _server(place: ET.Element, hosted: Hosted, host: str, port: int, security: str) -> None:
    mirrored = hosted.login_domain != hosted.domain
    user = f"%EMAILLOCALPART%@{hosted.login_domain}" if mirrored else "%EMAILADDRESS%"
    add(place, "hostname", host)
    add(place, "port", str(port))
    add(place, "socketType", security)
    # In the clear inside TLS: what Dovecot compares is a hash.
    add(place, "authentication", "password-cleartext")
    add(place, "username", user)
