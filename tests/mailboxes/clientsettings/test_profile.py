"""Apple's devices install a profile: the whole account but for its password."""

import plistlib
import subprocess
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from tests.conftest import PASSWORD, make_domain

PUBLIC = "/mailbox/setup/apple.mobileconfig"
TYPES = {
    "EmailAccountType": "EmailTypeIMAP",
    "IncomingMailServerAuthentication": "EmailAuthPassword",
    "OutgoingMailServerAuthentication": "EmailAuthPassword",
    "IncomingMailServerUseSSL": True,
    "OutgoingMailServerUseSSL": True,
    "OutgoingPasswordSameAsIncomingPassword": True,
}


def check(content: bytes) -> dict[str, object]:
    """The account in it, by the keys that Apple's reference requires."""
    profile = plistlib.loads(content)
    [account] = profile["PayloadContent"]
    assert (profile["PayloadType"], account["PayloadType"]) == (
        "Configuration", "com.apple.mail.managed",
    )  # fmt: skip
    identifiers, uuids = set(), set()
    for payload in (profile, account):
        assert payload["PayloadVersion"] == 1
        assert payload["PayloadDisplayName"]
        uuids.add(UUID(payload["PayloadUUID"]))
        identifiers.add(payload["PayloadIdentifier"])
    assert len(uuids) == len(identifiers) == 2
    assert account.items() >= TYPES.items()
    assert account["IncomingMailServerHostName"] == settings.IMAP_HOST
    assert account["IncomingMailServerPortNumber"] == settings.IMAP_PORT
    assert account["OutgoingMailServerHostName"] == settings.SMTP_HOST
    assert account["OutgoingMailServerPortNumber"] == settings.SUBMISSION_PORT
    assert not {"IncomingPassword", "OutgoingPassword"} & account.keys()
    return account


def test_from_the_mailbox_page_with_the_name_of_its_user(as_alice, acme, mailbox):
    mailbox.display_name = "Ann & Bob"
    mailbox.save(update_fields=["display_name"])
    url = f"/{acme.slug}/mailboxes/{mailbox.pk}/mail.mobileconfig"
    assert url in as_alice.get(mailbox.get_absolute_url()).text
    response = as_alice.get(url)
    assert response["Content-Type"] == "application/x-apple-aspen-config"
    assert ".mobileconfig" in response["Content-Disposition"]
    account = check(response.content)
    assert (account["EmailAddress"], account["EmailAccountName"]) == (mailbox.address, "Ann & Bob")


def test_from_the_own_page_of_the_user(client, mailbox):
    client.post("/mailbox/sign-in/", {"address": mailbox.address, "password": PASSWORD})
    assert "/mailbox/mail.mobileconfig" in client.get("/mailbox/").text
    response = client.get("/mailbox/mail.mobileconfig")
    assert check(response.content)["EmailAddress"] == mailbox.address
    assert PASSWORD not in response.text


def test_for_everybody_without_telling_whether_there_is_such_a_mailbox(client, mailbox):
    mailbox.display_name = "Ann"
    mailbox.save(update_fields=["display_name"])
    for name in (mailbox.local_part, "nobody"):
        account = check(client.get(PUBLIC, {"address": f"{name}@acme.test"}).content)
        assert "EmailAccountName" not in account
    assert client.get(PUBLIC, {"address": "info@elsewhere.test"}).status_code == 404
    assert client.get(PUBLIC).status_code == 404


def test_installed_again_it_replaces_the_first(client, domain):
    one, same, other = (
        plistlib.loads(client.get(PUBLIC, {"address": address}).content)["PayloadUUID"]
        for address in ("info@acme.test", "info@acme.test", "team@acme.test")
    )
    assert one == same != other


def test_in_an_alias_domain_one_signs_in_with_the_address_it_mirrors(client, acme, domain):
    make_domain(acme, "acme.example", alias_of=domain)
    account = check(client.get(PUBLIC, {"address": "info@acme.example"}).content)
    assert account["EmailAddress"] == "info@acme.example"
    assert account["IncomingMailServerUsername"] == "info@acme.test"
    assert account["OutgoingMailServerUsername"] == "info@acme.test"


def test_it_bears_the_name_of_the_reseller(client, domain, white_label):
    content = client.get(PUBLIC, {"address": "info@acme.test"}).content
    profile = plistlib.loads(content)
    assert profile["PayloadOrganization"] == "Harbour & <Sons>"
    assert profile["PayloadIdentifier"].startswith("test.harbour.mail.")
    assert settings.BRAND.encode() not in content


def certificate(key, name: str, issuer=None, issuer_key=None) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = timezone.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return builder.sign(issuer_key or key, hashes.SHA256())


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_it_is_signed_where_a_certificate_is_set(client, domain, settings, tmp_path, kind):
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else root_key
    root = certificate(root_key, "Root")
    leaf = certificate(key, "panel.example", root, root_key)
    pem = [each.public_bytes(Encoding.PEM).decode() for each in (leaf, root)]
    settings.PROFILE_CERTIFICATE = "".join(pem)
    settings.PROFILE_KEY = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    signed = client.get(PUBLIC, {"address": "info@acme.test"}).content
    (tmp_path / "root.pem").write_text(pem[1])
    verify = ["openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile"]
    done = subprocess.run(
        [*verify, str(tmp_path / "root.pem")], input=signed, capture_output=True, check=True
    )
    assert check(done.stdout)["EmailAddress"] == "info@acme.test"
    spoiled = signed.replace(b"acme.test", b"evil.test")
    assert subprocess.run(
        [*verify, str(tmp_path / "root.pem")], input=spoiled, capture_output=True, check=False
    ).returncode  # fmt: skip
