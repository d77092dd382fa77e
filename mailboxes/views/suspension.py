"""A reseller suspends and resumes a mailbox of a client."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, hosting, visiting
from accounts.roles import Act
from mailboxes import access, suspension
from mailboxes.views.mailboxes import page_of


@hosting(Act.EDIT_CLIENTS)
@require_POST
@visiting
def suspend(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = SuspensionForm(request.POST)
    if not form.is_valid():
        context = {**page_of(mailbox, request.membership), "suspension_form": form}
        return render(request, "mailboxes/detail.html", context, status=422)
    suspension.suspend_mailbox(mailbox=mailbox, **form.cleaned_data, actor=request.actor)
    messages.success(request, _("%(address)s is suspended.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Act.EDIT_CLIENTS)
@require_POST
@visiting
def resume(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    suspension.resume_mailbox(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("Your suspension of %(address)s has ended.") % {"address": mailbox})
    return redirect(mailbox)
