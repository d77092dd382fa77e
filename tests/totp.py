"""What an authenticator app shows (RFC 6238)."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PERIOD = 30
TIME_TO_TYPE = 5


def code_of(secret: str) -> str:
    """A code that stays good long enough to be typed, as people wait for the next one."""
    left = PERIOD - time.time() % PERIOD
    if left < TIME_TO_TYPE:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))
