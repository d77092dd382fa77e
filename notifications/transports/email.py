"""E-mail: everything that is due for a person goes as one message."""

import time
from hashlib import sha256
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils.translation import gettext as _

from accounts import brands
from kuploy import mail
from kuploy.brand import Brand
from kuploy.errors import Unavailable
from notifications import digest
from notifications.models import Channel, Delivery
from notifications.outcomes import Result, record

# So many are told and recorded well within a claim; what is beyond goes with the next message.
MOST_AT_ONCE = 20_000


def send(channel: Channel) -> None:
    """One message for all; the pause after it lets later ones gather."""
    due = channel.deliveries.due().order_by("pk")
    codes = dict(due.values_list("pk", "code")[:MOST_AT_ONCE])
    if codes:
        record(channel, codes.keys(), _try(channel, codes))


def _try(channel: Channel, codes: dict[int, UUID]) -> Result:
    start = time.monotonic()
    sentence = _why_not(channel)
    if not sentence:
        deliveries = Delivery.objects.filter(pk__in=codes)
        message = digest.compose(channel, deliveries)
        # A network call holds no connection: many threads share the few of the pool.
        connection.close()
        sentence = _hand_over(channel, message, list(codes.values()))
    seconds = time.monotonic() - start
    if sentence:
        return Result(delivered=False, seconds=seconds, sentence=sentence)
    return Result(delivered=True, seconds=seconds, sentence=_("Handed to the mail server."))


def _why_not(channel: Channel) -> str:
    """What has changed since it was put on its way; empty: it may go."""
    if channel.membership is None or not channel.membership.user.is_active:
        return _("The person is switched off.")
    if not _is_confirmed(channel):
        return _("The address is not confirmed.")
    return ""


def _is_confirmed(channel: Channel) -> bool:
    if channel.address:
        return channel.confirmed_at is not None
    mine = EmailAddress.objects.filter(user=channel.membership.user)  # type: ignore[union-attr]
    return bool(mine.filter(email__iexact=channel.recipient, verified=True).exists())


def _hand_over(channel: Channel, message: dict[str, object], codes: list[UUID]) -> str:
    """Empty, or why the mail server did not take it."""
    try:
        brand = brands.of_account(channel.account)
        headers = _headers(channel, codes, brand)
        mail.send("alert", channel.recipient, message, brand=brand, headers=headers)
    except Unavailable as error:
        return _("The mail server did not take it: %(reason)s") % {"reason": _reason(error)}
    return ""


def _reason(error: Unavailable) -> str:
    """In the words of the mail server, where it said something."""
    match error.__cause__:
        case SMTPRecipientsRefused(recipients=refused):
            code, said = next(iter(refused.values()))
        case SMTPResponseException(smtp_code=code, smtp_error=said):
            pass
        case silent:
            return str(silent)
    return f"{code} {said.decode(errors='replace')}"


def _headers(channel: Channel, codes: list[UUID], brand: Brand) -> dict[str, str]:
    # The same for the same deliveries, so that a repeat after a crash is known as one.
    name = sha256("".join(sorted(map(str, codes))).encode()).hexdigest()[:32]
    headers = {
        "Message-ID": f"<{name}@{brand.host}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{digest.way_out(channel)}>",
    }
    if channel.address:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return headers
