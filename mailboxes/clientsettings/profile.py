"""For iPhone, iPad and Mac: a configuration profile, signed where a certificate is set."""

import plistlib
from uuid import NAMESPACE_URL, uuid5

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.utils.translation import gettext as _

from mailboxes.clientsettings.lookup import Asked, Servers


def answer(asked: Asked, servers: Servers, name: str = "") -> HttpResponse:
    """As a download that the device offers to install."""
    document = _document(asked, servers, name)
    content = _signed(document) if settings.PROFILE_CERTIFICATE else document
    response = HttpResponse(content, content_type="application/x-apple-aspen-config")
    response["Content-Disposition"] = 'attachment; filename="mail.mobileconfig"'
    return response


def _document(asked: Asked, servers: Servers, name: str) -> bytes:
    brand = asked.hosted.brand
    # From the address: a profile that is installed again replaces the first.
    whole, mail = (uuid5(NAMESPACE_URL, f"{part}:{asked.address}") for part in ("profile", "mail"))
    host = ".".join(reversed(brand.host.split(".")))
    shown = {
        "PayloadDisplayName": f"{brand.name}: {asked.address}",
        "PayloadDescription": _("Sets up mail for %(address)s.") % {"address": asked.address},
        "PayloadOrganization": brand.name,
    }
    account = _account(asked, servers, name)
    payload = _head("com.apple.mail.managed", f"{host}.{mail}", str(mail)) | shown | account
    profile = _head("Configuration", f"{host}.{whole}", str(whole)) | shown
    return plistlib.dumps(profile | {"PayloadContent": [payload]})


def _head(kind: str, identifier: str, uuid: str) -> dict[str, object]:
    return {
        "PayloadType": kind, "PayloadVersion": 1,
        "PayloadIdentifier": identifier, "PayloadUUID": uuid.upper(),
    }  # fmt: skip


def _account(asked: Asked, servers: Servers, name: str) -> dict[str, object]:
    incoming = _server("Incoming", servers.imap_host, servers.imap_port, asked.login)
    outgoing = _server("Outgoing", servers.smtp_host, servers.smtp_port, asked.login)
    return {
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAccountDescription": asked.hosted.brand.name,
        "EmailAddress": asked.address,
        **({"EmailAccountName": name} if name else {}),
        **incoming,
        **outgoing,
        # It is asked for once, when the profile is installed.
        "OutgoingPasswordSameAsIncomingPassword": True,
    }


def _server(way: str, host: str, port: int, login: str) -> dict[str, object]:
    """UseSSL on the port of submission means STARTTLS."""
    return {
        f"{way}MailServerAuthentication": "EmailAuthPassword",
        f"{way}MailServerHostName": host,
        f"{way}MailServerPortNumber": port,
        f"{way}MailServerUseSSL": True,
        f"{way}MailServerUsername": login,
    }


def _signed(document: bytes) -> bytes:
    """Inside a CMS message (RFC 5652), with the certificates that lead to a root."""
    first, *chain = x509.load_pem_x509_certificates(settings.PROFILE_CERTIFICATE.encode())
    key = load_pem_private_key(settings.PROFILE_KEY.encode(), password=None)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ImproperlyConfigured("KUPLOY_PROFILE_KEY must be an RSA or EC key.")
    builder = PKCS7SignatureBuilder().set_data(document).add_signer(first, key, SHA256())
    for certificate in chain:
        builder = builder.add_certificate(certificate)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])
