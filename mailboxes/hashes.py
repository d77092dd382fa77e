"""Password hashes made elsewhere: which are taken, under Dovecot's names, and what follows them."""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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
