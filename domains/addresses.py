"""What a person typed, turned into an address that mail can be sent on to."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email


def parse(typed: str) -> str:
    """In lower case, its domain in IDNA form. ValidationError for what is none.

    None are also address literals and hosts without a dot: they would lead into our own network.
    """
    try:
        found = validate_email(
            typed.lower(),
            strict=True,
            allow_smtputf8=False,
            check_deliverability=False,
            test_environment=True,  # takes names under .test
        )
    except EmailNotValidError as error:
        raise ValidationError(
            _("“%(address)s” is not an e-mail address."), params={"address": typed[:80]}
        ) from error
    return str(found.ascii_email)
