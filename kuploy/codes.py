"""Row numbers, as programs outside see them: without order, and without how many there are."""

from functools import cache
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.utils.crypto import salted_hmac


def seal(kind: str, number: int) -> UUID:
    """The code of that row; the same each time, for as long as the secret key is."""
    cipher = _cipher().encryptor()
    return UUID(bytes=cipher.update(_mark(kind) + number.to_bytes(8)) + cipher.finalize())


def unseal(kind: str, code: UUID) -> int | None:
    """The number behind a code; None when it is no code of that kind."""
    cipher = _cipher().decryptor()
    block = cipher.update(code.bytes) + cipher.finalize()
    return int.from_bytes(block[8:]) if block[:8] == _mark(kind) else None


def _mark(kind: str) -> bytes:
    return sha256(kind.encode()).digest()[:8]


@cache
def _cipher() -> Cipher[modes.ECB]:
    key = salted_hmac("codes", "", algorithm="sha256").digest()
    # One block alone, no two of which are the same: that is what ECB is good for.
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
