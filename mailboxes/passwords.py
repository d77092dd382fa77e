"""Mailbox passwords: hashed as Dovecot reads them, judged before they are taken."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from passlib.hash import argon2
from zxcvbn import zxcvbn

from mailboxes import hashes

# 19 MiB and two rounds (OWASP's first choice): 19 ms for each sign-in, 50 a second on one core.
_argon2id = argon2.using(type="ID", memory_cost=19_456, rounds=2, parallelism=1)
LONGEST = 128
# zxcvbn takes seconds for a long one made to be slow; the first part can only be judged too low.
JUDGED = 20


def hash_password(password: str) -> str:
    """The hash with its scheme in braces, as Dovecot stores it."""
    return "{ARGON2ID}" + str(_argon2id.hash(password))


def matches(password: str, stored: str) -> bool:
    """What Dovecot says to it, also where the hash was made elsewhere."""
    return len(password) <= LONGEST and hashes.verify(password, stored)


def unusable() -> str:
    """A hash that no password matches: nobody knows the one it was made of."""
    return hash_password(secrets.token_urlsafe(32))


def check(password: str, address: str) -> None:
    """ValidationError with every reason why this password must not guard that mailbox."""
    if len(password) > LONGEST:
        raise ValidationError(_("A password has at most 128 characters."))
    local_part = address.partition("@")[0]
    if password.lower() in {address, local_part, address.partition("@")[2]}:
        raise ValidationError(_("The password must not be the address."))
    validate_password(password)


def strength(password: str, address: str) -> int:
    """0 (worst) to 4, as zxcvbn estimates the guesses it would take."""
    if not password:
        return 0
    return int(zxcvbn(password[:JUDGED], user_inputs=[address[:64]])["score"])
