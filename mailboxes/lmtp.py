"""The panel's own notices go straight into a mailbox, past its limits and its filters."""

from email.message import EmailMessage
from email.policy import SMTP
from smtplib import LMTP
from urllib.parse import urlsplit

from django.conf import settings

from mailboxes.doveadm import PATIENCE_SECONDS, HostError


def deliver(notice: EmailMessage, address: str) -> None:
    """Hand it to Dovecot's service lmtp-notices. The sender is nobody, so nobody answers it."""
    if not settings.LMTP_URL:
        raise HostError(f"KUPLOY_LMTP_URL is not set for the worker of {settings.MAIL_HOST}.")
    dovecot = urlsplit(settings.LMTP_URL)
    try:
        with LMTP(
            dovecot.hostname or "localhost",
            dovecot.port or 24,
            local_hostname=settings.MAIL_HOST,
            timeout=PATIENCE_SECONDS,
        ) as client:
            client.sendmail("", [address], notice.as_bytes(policy=SMTP))
    except OSError as error:  # smtplib's own errors are also of this kind
        raise HostError(
            f"Dovecot on {settings.MAIL_HOST} did not take a notice: {error}."
        ) from error
