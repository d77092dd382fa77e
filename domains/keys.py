"""DKIM key pairs (RFC 6376): 2048-bit RSA, the private half encrypted at rest."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from domains.models import DkimKey


def new_key() -> DkimKey:
    """A fresh pair, not yet saved nor tied to a domain."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return DkimKey(
        public_key=base64.b64encode(public).decode(),
        private_key_encrypted=_fernet().encrypt(private),
    )


def private_pem(key: DkimKey) -> bytes:
    """The private half; InvalidToken when the encryption key it was stored under is gone."""
    return _fernet().decrypt(bytes(key.private_key_encrypted))


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
