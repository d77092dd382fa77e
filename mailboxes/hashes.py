"""Password hashes made elsewhere: which are taken, under Dovecot's names, and what follows them."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

import bcrypt
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from passlib.hash import (
    argon2,
    md5_crypt,
    sha256_crypt,
    sha512_crypt,
)

# A hash is worked out at each sign-in, so its cost has a limit.
_CRYPT = "[./0-9A-Za-z]"
_ROUNDS = r"(?:rounds=(?:[1-9]\d{3,5}|1000000)\$)?"  # up to a million
_ARGON2 = (
    r"\$argon2%s\$v=19\$m=(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-6])"
    r",t=(?:[1-9]|10),p=[1-4]\$[+/0-9A-Za-z]{11,64}\$[+/0-9A-Za-z]{22,86}"
)
SCHEMES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "ARGON2ID": _ARGON2 % "id",
        "ARGON2I": _ARGON2 % "i",
        "BLF-CRYPT": rf"\$2[aby]\$(?:0[4-9]|1[0-4])\${_CRYPT}{{53}}",
        "SHA512-CRYPT": rf"\$6\${_ROUNDS}{_CRYPT}{{1,16}}\${_CRYPT}{{86}}",
        "SHA256-CRYPT": rf"\$5\${_ROUNDS}{_CRYPT}{{1,16}}\${_CRYPT}{{43}}",
        "PBKDF2": rf"\$1\${_CRYPT}{{1,64}}\$(?:[1-9]\d{{0,5}}|1000000)\$[0-9a-f]{{40}}",
        # The digest with 4 to 32 bytes of salt behind it.
        "SSHA512": r"[+/0-9A-Za-z]{90,126}={0,2}",
        "SSHA256": r"[+/0-9A-Za-z]{47,84}={0,2}",
        "SSHA": r"[+/0-9A-Za-z]{31,68}={0,2}",
        "MD5-CRYPT": rf"\$1\${_CRYPT}{{1,8}}\${_CRYPT}{{22}}",
    }.items()
}
# What {CRYPT} stands for is told by what follows it.
_CRYPTS = ("BLF-CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "MD5-CRYPT")
_BRACED = re.compile(r"\{([0-9A-Za-z.-]+)\}(.*)", re.DOTALL)


_SALTED = {"SSHA512": "sha512", "SSHA256": "sha256", "SSHA": "sha1"}
_VERIFIERS = {
    "ARGON2ID": argon2, "ARGON2I": argon2, "MD5-CRYPT": md5_crypt,
    "SHA512-CRYPT": sha512_crypt, "SHA256-CRYPT": sha256_crypt,
}  # fmt: skip


def verify(password: str, stored: str) -> bool:
    """Does the password fit a hash in one of SCHEMES? Nothing fits another scheme."""
    scheme, _brace, digest = stored.removeprefix("{").partition("}")
    if scheme == "BLF-CRYPT":
        # Of a longer password the algorithm sees so many bytes, wherever it runs.
        return bcrypt.checkpw(password.encode()[:72], digest.encode())
    if scheme == "PBKDF2":
        return _fits_pbkdf2(password, digest)
    if scheme in _SALTED:
        return _fits_salted(password, digest, _SALTED[scheme])
    return scheme in _VERIFIERS and bool(_VERIFIERS[scheme].verify(password, digest))


def _fits_salted(password: str, digest: str, algorithm: str) -> bool:
    made, wanted = hashlib.new(algorithm, password.encode()), base64.b64decode(digest)
    made.update(wanted[made.digest_size :])
    return hmac.compare_digest(made.digest(), wanted[: made.digest_size])


def _fits_pbkdf2(password: str, digest: str) -> bool:
    """Dovecot's own form of it: SHA-1, in hexadecimal."""
    _empty, _version, salt, rounds, wanted = digest.split("$")
    found = hashlib.pbkdf2_hmac("sha1", password.encode(), salt.encode(), int(rounds))
    return hmac.compare_digest(found.hex(), wanted)


def is_hash(typed: str) -> bool:
    """Does it begin with a scheme in braces? Then it is never taken for a password."""
    return bool(_BRACED.match(typed))


def parse(typed: str) -> str:
    """A hash made elsewhere, as Dovecot reads it; ValidationError for what it would not."""
    found = _BRACED.fullmatch(typed)
    scheme, digest = (found[1].upper(), found[2]) if found else ("", typed)
    if scheme == "CRYPT":
        scheme = next((name for name in _CRYPTS if SCHEMES[name].fullmatch(digest)), scheme)
    if scheme not in SCHEMES:
        raise ValidationError(
            _("Hashes are taken in these schemes: %(schemes)s. A password that begins with a "
              "word in braces can only be set on the page of its mailbox.")
            % {"schemes": ", ".join(SCHEMES)}
        )  # fmt: skip
    if not SCHEMES[scheme].fullmatch(digest):
        raise ValidationError(
            _("What follows {%(scheme)s} is no such hash, or one that takes too long to check.")
            % {"scheme": scheme}
        )
    return f"{{{scheme}}}{digest}"
