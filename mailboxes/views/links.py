"""Invitations to a mailbox and its recovery address, as the account's people set them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from mailboxes import access, invitations, recovery
from mailboxes.elsewhere_forms import ElsewhereForm
from mailboxes.models import Mailbox
from mailboxes.views import elsewhere
from mailboxes.views.mailboxes import page_of


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def invite(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """The first time, again, or to another address."""
    mailbox = access.get_mailbox_for_keys(request.membership, mailbox_id)
    form = elsewhere.invite_form(mailbox, request.POST)
    if not form.is_valid():
        return _again(request, mailbox, invite_form=form)
    address = form.cleaned_data["address"]
    invitations.invite(mailbox=mailbox, address=address, actor=request.actor)
    elsewhere.say_invited(request, address)
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def withdraw(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_keys(request.membership, mailbox_id)
    invitations.withdraw(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("The link is no longer good. Set a password, or send another."))
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def choose_recovery(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_keys(request.membership, mailbox_id)
    form = elsewhere.recovery_form(mailbox, request.POST)
    if not form.is_valid():
        return _again(request, mailbox, recovery_form=form)
    elsewhere.choose_recovery(request, mailbox, form.cleaned_data["address"])
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def remove_recovery(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_keys(request.membership, mailbox_id)
    recovery.remove_address(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("%(address)s has no recovery address.") % {"address": mailbox})
    return redirect(mailbox)


def _again(request: MemberRequest, mailbox: Mailbox, **forms: ElsewhereForm) -> HttpResponse:
    context = {**page_of(mailbox, request.membership), **forms}
    return render(request, "mailboxes/detail.html", context, status=422)
