"""The panel's own mail: one folder of templates per message."""

from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from kuploy.brand import Brand
from kuploy.errors import Unavailable, Undeliverable

LONGEST_ADDRESS = 254  # RFC 5321; a longer one can be neither written to nor answered


def check_recipient(address: str) -> None:
    """ValidationError for what is an address by its form, but no message can be written to it."""
    try:
        punycode(address.rpartition("@")[2])
    except UnicodeError:
        raise ValidationError(validate_email.message) from None
    # What cannot be printed is legal within quotes.
    if len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise ValidationError(validate_email.message)


class RecipientField(forms.EmailField):
    """An address that a message can be written to, in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()

    def clean(self, value: Any) -> str:
        address = str(super().clean(value))
        check_recipient(address)
        return address


def send(
    name: str,
    to: str,
    context: dict[str, object],
    *,
    brand: Brand,
    headers: dict[str, str] | None = None,
) -> None:
    """Hand emails/NAME/{subject,body}.txt to the mail server.

    Unavailable when it is away; Undeliverable when it is there and does not take this one.
    """
    subject, body = compose(name, context, brand)
    try:
        EmailMessage(subject, body, brand.from_email, [to], headers=headers).send()
    except (SMTPRecipientsRefused, SMTPDataError, UnicodeError) as error:
        raise Undeliverable(
            _("The mail server does not take the message to %(address)s. Look for a typo.")
            % {"address": to}
        ) from error
    except (SMTPException, OSError) as error:
        raise Unavailable(
            _("The message to %(address)s could not be handed over. Please try again.")
            % {"address": to}
        ) from error


def compose(name: str, context: dict[str, object], brand: Brand) -> tuple[str, str]:
    """The subject, on one line, and the body."""
    context = {"BRAND": brand.name, "BASE_URL": brand.base_url, **context}
    subject = " ".join(render_to_string(f"emails/{name}/subject.txt", context).split())
    return subject, render_to_string(f"emails/{name}/body.txt", context)
