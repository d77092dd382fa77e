"""Encryption at rest. The first key encrypts, every key decrypts, so that keys can be changed."""

from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(secret: bytes) -> bytes:
    return _keys().encrypt(secret)


def decrypt(token: bytes) -> bytes:
    """InvalidToken when the key it was encrypted with is no longer set."""
    return _keys().decrypt(token)


def _keys() -> MultiFernet:
    return _made_of(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=1)
def _made_of(keys: tuple[str, ...]) -> MultiFernet:
    """Made once: an import decrypts tens of thousands of passwords."""
    return MultiFernet([Fernet(key) for key in keys])
