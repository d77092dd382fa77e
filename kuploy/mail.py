"""The panel's own mail: one folder of templates per message."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from kuploy.errors import Unavailable


def send(
    name: str, to: str, context: dict[str, object], headers: dict[str, str] | None = None
) -> None:
    """Hand emails/NAME/{subject,body}.txt to the mail server, or say that it is away."""
    subject, body = compose(name, context)
    try:
        EmailMessage(subject, body, to=[to], headers=headers).send()
    except (SMTPException, OSError) as error:
        raise Unavailable(
            _("The message to %(address)s could not be handed over. Please try again.")
            % {"address": to}
        ) from error


def compose(name: str, context: dict[str, object]) -> tuple[str, str]:
    """The subject, on one line, and the body."""
    context = {"BRAND": settings.BRAND, "BASE_URL": settings.BASE_URL, **context}
    subject = " ".join(render_to_string(f"emails/{name}/subject.txt", context).split())
    return subject, render_to_string(f"emails/{name}/body.txt", context)
