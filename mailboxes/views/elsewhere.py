"""What goes to another address of a mailbox's user, and what the pages say of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.http import MemberRequest
from kuploy.errors import Refused
from mailboxes import invitations, recovery, services
from mailboxes.elsewhere_forms import ElsewhereForm
from mailboxes.models import Mailbox, MailboxInvitation, Recovery


def page_of(mailbox: Mailbox) -> dict[str, object]:
    # Most have neither.
    invitation: MailboxInvitation | None = getattr(mailbox, "invitation", None)
    recovery: Recovery | None = getattr(mailbox, "recovery", None)
    return {
        "invitation": invitation,
        "invitation_waits": invitation is not None and invitations.waiting(mailbox).exists(),
        "recovery": recovery,
        "invite_form": invite_form(mailbox, kept=invitation),
        "recovery_form": recovery_form(mailbox, kept=recovery),
    }


def invite_form(
    mailbox: Mailbox, typed: Any = None, kept: MailboxInvitation | None = None
) -> ElsewhereForm:
    form = ElsewhereForm(typed, mailbox=mailbox, prefix="invite", initial=_address(kept))
    form.fields["address"].label = _("Send it to")
    return form


def recovery_form(
    mailbox: Mailbox, typed: Any = None, kept: Recovery | None = None
) -> ElsewhereForm:
    return ElsewhereForm(typed, mailbox=mailbox, prefix="recovery", initial=_address(kept))


def _address(kept: MailboxInvitation | Recovery | None) -> dict[str, str]:
    return {"address": kept.address if kept else ""}


def create_mailbox(request: MemberRequest, typed: dict[str, Any]) -> Mailbox:
    """With the password that was typed, or with a link to where the user chooses one."""
    invite_to, address = typed.pop("invite_to"), typed.pop("recovery_address")
    if not invite_to:
        mailbox = services.create_mailbox(**typed, actor=request.actor)
        messages.success(request, _("%(address)s is ready.") % {"address": mailbox})
    else:
        del typed["password"]
        mailbox = invitations.create_invited(**typed, invite_to=invite_to, actor=request.actor)
        say_invited(request, invite_to)
    if address:
        choose_recovery(request, mailbox, address)
    return mailbox


def say_invited(request: HttpRequest, address: str) -> None:
    messages.success(
        request, _("A link to choose the password is on its way to %(to)s.") % {"to": address}
    )


def warn_of_recovery(request: HttpRequest, mailbox: Mailbox) -> None:
    """A password is often set because somebody has left, whose own address may be the way back."""
    if known := Recovery.objects.filter(mailbox=mailbox, confirmed_at__isnull=False).first():
        sentence = _("Whoever reads %(address)s can choose another one. Remove that recovery "
                     "address if its user has left.")  # fmt: skip
        messages.warning(request, sentence % {"address": known.address})


def choose_recovery(request: MemberRequest, mailbox: Mailbox, address: str) -> None:
    try:
        recovery.choose_address(mailbox=mailbox, address=address, actor=request.actor)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("A link to confirm it is on its way to %(to)s.") % {"to": address}
        )
