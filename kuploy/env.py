"""Typed reading of the environment: the only configuration interface."""

import os
import re
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of NAME, or the content of the file named by NAME_FILE (for secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE). The README lists all settings.")
    return value


def words(name: str, default: str | None = None) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, default: bool) -> bool:
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def choice(name: str, options: set[str], default: str) -> str:
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {sorted(options)}, not {value!r}.")
    return value


def matching(name: str, pattern: str, default: str, what: str) -> str:
    value = text(name, default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} must be {what}, not {value!r}.")
    return value


def base64(name: str, default: str | None = None) -> str:
    """A secret in base64. What was typed is not repeated in the error."""
    value = text(name, default)
    try:
        b64decode(value, validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be base64, as tsig-keygen prints it.") from None
    return value


def rsa_key(name: str) -> str:
    """A private key in PEM, or none. It is not repeated in the error."""
    value = text(name, "")
    if value and not _is_rsa_key(value):
        raise ImproperlyConfigured(f"{name} must be a private RSA key in PEM, without a password.")
    return value


def _is_rsa_key(value: str) -> bool:
    try:
        return isinstance(load_pem_private_key(value.encode(), password=None), RSAPrivateKey)
    except (TypeError, ValueError):
        return False


def rising(name: str, default: str) -> tuple[int, ...]:
    """Whole numbers above zero, comma between, each greater than the one before."""
    typed = words(name, default)
    numbers = [int(each) if each.isdecimal() else 0 for each in typed]
    if not numbers or any(low >= high for low, high in pairwise([0, *numbers])):
        raise ImproperlyConfigured(
            f"{name} must be whole numbers, from the smallest to the largest, not {typed!r}."
        )
    return tuple(numbers)
