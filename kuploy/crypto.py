"""Encryption at rest. The first key encrypts, every key decrypts, so that keys can be changed."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(secret: bytes) -> bytes:
    return _keys().encrypt(secret)


def decrypt(token: bytes) -> bytes:
    """InvalidToken when the key it was encrypted with is no longer set."""
    return _keys().decrypt(token)


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
