"""The panel's own mail: one folder of templates per message."""

from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from kuploy.brand import Brand
from kuploy.errors import Unavailable


def send(
    name: str,
    to: str,
    context: dict[str, object],
    *,
    brand: Brand,
    headers: dict[str, str] | None = None,
) -> None:
    """Hand emails/NAME/{subject,body}.txt to the mail server, or say that it is away."""
    subject, body = compose(name, context, brand)
    try:
        EmailMessage(subject, body, brand.from_email, [to], headers=headers).send()
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
