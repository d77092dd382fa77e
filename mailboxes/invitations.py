"""The user of a mailbox chooses its password by a link: until then nobody knows it."""

import secrets
from typing import Any
from uuid import uuid4

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import branded
from kuploy.errors import Refused
from mailboxes import credentials, letters, passwords, recovery, services
from mailboxes.models import Letter, Mailbox, MailboxInvitation


def create_invited(*, invite_to: str, actor: Actor, **fields: Any) -> Mailbox:
    """A mailbox that takes mail at once, and that nobody can sign in to before the link is used."""
    address = f"{fields['local_part']}@{fields['domain'].name}"
    recovery.check_elsewhere(address, invite_to)
    with transaction.atomic():
        password = secrets.token_urlsafe(32)
        mailbox = services.create_mailbox(**fields, password=password, actor=actor)
        _note(mailbox, invite_to, actor, first=True)
    return mailbox


@transaction.atomic
def invite(*, mailbox: Mailbox, address: str, actor: Actor) -> None:
    """Asked for again, also at another address, the link before is no longer good."""
    recovery.check_elsewhere(mailbox.address, address)
    _note(mailbox, address, actor)


def _note(mailbox: Mailbox, address: str, actor: Actor, **made: bool) -> None:
    recovery.check_room(mailbox, address)
    sent = {"key": uuid4(), "address": address, "sent_at": timezone.now()}
    MailboxInvitation.objects.update_or_create(
        mailbox=mailbox, defaults=sent, create_defaults={**sent, **made}
    )
    audit(actor, "mailbox.invited", mailbox)
    waiting(mailbox).delete()
    credentials.owe_letter(mailbox, Letter.Kind.INVITATION, address)


def waiting(mailbox: Mailbox) -> "QuerySet[Letter]":
    """What has not been handed over to the mail server yet."""
    return Letter.objects.filter(mailbox=mailbox, kind=Letter.Kind.INVITATION)


@transaction.atomic
def withdraw(*, mailbox: Mailbox, actor: Actor) -> None:
    if not MailboxInvitation.objects.filter(mailbox=mailbox).delete()[0]:
        raise Refused(_("There is no open invitation to %(address)s.") % {"address": mailbox})
    audit(actor, "mailbox.invitation_withdrawn", mailbox)


def find(token: str) -> MailboxInvitation:
    """The open invitation behind a link; Refused when it is false, used, withdrawn or too old."""
    try:
        key = signing.loads(token, salt=letters.INVITATION_SALT)
    except signing.BadSignature:
        key = None
    known = MailboxInvitation.objects.exclude(mailbox__state=Mailbox.State.DELETING)
    known = known.select_related("mailbox__account", *branded("mailbox__account"))
    found = known.filter(key=key).first()
    if found and not found.too_old:
        return found
    raise Refused(
        _("This invitation is no longer good. Ask whoever looks after your mail for a new one.")
    )


def accept(
    *, invitation: MailboxInvitation, password: str, for_recovery: bool, actor: Actor
) -> None:
    """The password is chosen, and the link worked once; its address may be kept for recovery."""
    password_hash = passwords.hash_password(password)  # slow on purpose: in no transaction
    mailbox = invitation.mailbox
    with transaction.atomic():
        # Before the invitation, as by who sets a password here at this moment.
        Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
        if not MailboxInvitation.objects.filter(key=invitation.key).delete()[0]:
            raise Refused(_("This invitation was used already. Sign in with the password."))
        open_one = Mailbox.objects.signing_in().filter(pk=mailbox.pk)
        if not open_one.update(password_hash=password_hash):
            raise Refused(
                _("Nobody can sign in to %(address)s at the moment. Try this link again later.")
                % {"address": mailbox}
            )
        audit(actor, "mailbox.invitation_accepted", mailbox)
        if for_recovery:
            recovery.keep(mailbox, invitation.address, confirmed=True)
        credentials.password_changed(mailbox)
