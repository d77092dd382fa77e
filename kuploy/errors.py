"""What goes wrong, in words for the person who sees it."""

import ssl

from django.utils.translation import gettext as _


class Refused(Exception):
    """A rule says no. The message is one sentence for the customer, with the way out."""


class Unavailable(Exception):
    """A part that the request needs is away just now. The message says which, and what to do."""


class Undeliverable(Unavailable):
    """A message is not taken, while others may be."""


class Unreachable(Exception):
    """A customer's server could not be called. The message is one sentence that says why."""


def connect_sentence(error: Exception, address: object, port: int) -> str:
    where = {"address": address, "port": port}
    if isinstance(error, ConnectionRefusedError):
        return _("Its address %(address)s refuses connections to port %(port)d.") % where
    return _("There is no way to its address %(address)s.") % where


def tls_sentence(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return _("Its certificate is not valid: %(reason)s.") % {"reason": reason}
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        reason = (error.reason or "").replace("_", " ").lower()
        return _("It does not speak TLS as it should (%(reason)s).") % {"reason": reason}
    return _("It closed the connection without an answer.")
