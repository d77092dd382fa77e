"""The mail that asks people into an account."""

from django.core import signing
from django.db.models.functions import Now
from django.urls import reverse

from accounts import brands
from accounts.models import Invitation
from kuploy import mail
from kuploy.errors import Unavailable, Undeliverable

SALT = "invitation"


def send_due() -> None:
    """Hand over what is due. Safe twice: each invitation is held by one run."""
    while invitation := Invitation.objects.claim_next():
        try:
            _send(invitation)
        except Undeliverable:
            continue  # tried again after its pause, and meanwhile it holds up nobody
        except Unavailable:
            return  # it is due again after its pause, and so are the others
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=Now(), due_at=None)


def _send(invitation: Invitation) -> None:
    token = signing.dumps(str(invitation.pk), salt=SALT)
    mail.send(
        "invitation",
        invitation.email,
        {"invitation": invitation, "path": reverse("accept_invitation", args=[token])},
        brand=brands.of_account(invitation.account),
    )
