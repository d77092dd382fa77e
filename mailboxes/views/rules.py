"""Forwarding and auto-reply of a mailbox: by the account's people, and by its own user."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import Actor
from accounts.features import Feature, includes
from accounts.http import MemberRequest, hosting
from accounts.models import Plan
from accounts.roles import Act
from kuploy.errors import Refused
from mailboxes import access
from mailboxes.models import Mailbox
from mailboxes.rule_forms import AutoReplyForm, ForwardingForm
from mailboxes.rules import rules_of, set_auto_reply, set_by_admins, set_forwarding


def page_of(mailbox: Mailbox, actor: Actor) -> dict[str, object]:
    rules, plan = rules_of(mailbox), mailbox.account.plan
    return {
        "mailbox": mailbox,
        "rules": rules,
        "forwards": includes(plan, Feature.FORWARDING),
        "by_admins": set_by_admins(mailbox, actor),
        "users_forward": plan.forwarding == Plan.Forwarding.USERS,
        "today": timezone.now().date(),
        "forwarding_form": ForwardingForm(rules=rules),
        "reply_form": AutoReplyForm(rules=rules),
    }


def save_forwarding(mailbox: Mailbox, typed: QueryDict, actor: Actor) -> ForwardingForm:
    """Nothing is changed when the form that comes back has errors."""
    form = ForwardingForm(typed, rules=rules_of(mailbox))
    if form.is_valid():
        try:
            set_forwarding(mailbox=mailbox, **form.cleaned_data, actor=actor)
        except Refused as error:
            form.add_error("forward_to", str(error))
    return form


def save_auto_reply(mailbox: Mailbox, typed: QueryDict, actor: Actor) -> AutoReplyForm:
    """Nothing is changed when the form that comes back has errors."""
    form = AutoReplyForm(typed, rules=rules_of(mailbox))
    if form.is_valid():
        set_auto_reply(mailbox=mailbox, **form.cleaned_data, actor=actor)
    return form


@hosting(Act.EDIT_MAILBOXES)
def show(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    return render(request, "mailboxes/rules_page.html", page_of(mailbox, request.actor))


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def forwarding(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = save_forwarding(mailbox, request.POST, request.actor)
    return _answer(request, mailbox, forwarding_form=form)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def auto_reply(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = save_auto_reply(mailbox, request.POST, request.actor)
    return _answer(request, mailbox, reply_form=form)


def _answer(
    request: MemberRequest, mailbox: Mailbox, **sent: ForwardingForm | AutoReplyForm
) -> HttpResponse:
    if any(form.errors for form in sent.values()):
        context = {**page_of(mailbox, request.actor), **sent}
        return render(request, "mailboxes/rules_page.html", context, status=422)
    messages.success(request, _("Saved. It counts from the next message on."))
    return redirect("mailboxes:rules", request.account.slug, mailbox.pk)
