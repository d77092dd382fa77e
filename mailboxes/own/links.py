"""The pages behind mailed links, and the one that asks for such a link; for everybody."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.audit import Actor
from kuploy.errors import Refused
from mailboxes import invitations, recovery
from mailboxes.forms import PasswordForm
from mailboxes.models import Mailbox, SignIn
from mailboxes.own import session
from mailboxes.own.forms import ForgotForm, InvitedForm


def forgot(request: HttpRequest) -> HttpResponse:
    """The same answer whether or not there is such a mailbox, and a way to write to its user."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            recovery.ask_for_reset(address=address, ip=_ip(request))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return render(request, "own/asked.html", {"address": address})
    return render(request, "own/forgot.html", {"form": form}, status=_status(form))


@never_cache
def reset(request: HttpRequest, token: str) -> HttpResponse:
    mailbox = recovery.find_mailbox(token)
    form = PasswordForm(request.POST or None, mailbox=mailbox)
    if not _sent(request, form):
        return _ask(request, "own/reset.html", mailbox, form)
    recovery.reset_password(
        mailbox=mailbox, password=form.cleaned_data["password"], actor=_user_of(request, mailbox)
    )
    messages.success(request, _("The new password counts now. Type it into your mail programs."))
    return _enter(request, mailbox)


@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The user chooses the password, is signed in, and sees what mail programs are told."""
    invitation = invitations.find(token)
    mailbox = invitation.mailbox
    form = InvitedForm(request.POST or None, mailbox=mailbox, invited_at=invitation.address)
    if not _sent(request, form):
        return _ask(request, "own/invitation.html", mailbox, form)
    invitations.accept(invitation=invitation, **form.cleaned_data, actor=_user_of(request, mailbox))
    messages.success(request, _("Your mailbox is open. Now set up your mail program."))
    return _enter(request, mailbox)


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    found = recovery.find(token)
    request.goes_by = found.mailbox.account  # type: ignore[attr-defined]
    # Only a click counts: scanners of mail open every link they see.
    if request.method == "POST":
        recovery.confirm(recovery=found, ip=_ip(request))
        found.refresh_from_db(fields=["confirmed_at"])
    return render(request, "own/confirm.html", {"recovery": found})


def _sent(request: HttpRequest, form: Form) -> bool:
    return request.method == "POST" and form.is_valid()


def _ask(request: HttpRequest, template: str, mailbox: Mailbox, form: Form) -> HttpResponse:
    request.goes_by = mailbox.account  # type: ignore[attr-defined]
    return render(request, template, {"form": form, "mailbox": mailbox}, status=_status(form))


def _enter(request: HttpRequest, mailbox: Mailbox) -> HttpResponse:
    """Whoever has just chosen the password need not type it."""
    mailbox.refresh_from_db(fields=["password_hash"])
    session.keep(request, mailbox)
    SignIn.note(mailbox, _ip(request))
    return redirect("own:page")


def _user_of(request: HttpRequest, mailbox: Mailbox) -> Actor:
    return Actor(mailbox.account, ip=_ip(request), mailbox=mailbox.address)


def _ip(request: HttpRequest) -> str | None:
    return get_adapter().get_client_ip(request)  # type: ignore[no-any-return]


def _status(form: Form) -> int:
    return 422 if form.errors else 200
