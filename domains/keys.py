"""DKIM key pairs (RFC 6376): 2048-bit RSA, the private half encrypted at rest."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from domains.models import DkimKey
from kuploy.crypto import encrypt


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
        private_key_encrypted=encrypt(private),
    )
