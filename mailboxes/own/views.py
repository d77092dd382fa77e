"""The pages of a mailbox's own user."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import brands
from kuploy.errors import Refused
from kuploy.throttle import throttle
from mailboxes import passwords, recovery, sending, services
from mailboxes.clientsettings import page as clientsettings
from mailboxes.models import Mailbox, Recovery, SignIn
from mailboxes.own import session
from mailboxes.own.forms import LanguageForm, OwnPasswordForm, RecoveryForm, SignInForm
from mailboxes.own.http import MailboxRequest, mailbox_user
from mailboxes.rule_forms import AutoReplyForm, ForwardingForm
from mailboxes.views.mailboxes import history_of, profile_of, usage_of
from mailboxes.views.rules import page_of, save_auto_reply, save_forwarding
from quotas import history

GUESSES, PERIOD_SECONDS = 10, 300


def sign_in(request: HttpRequest) -> HttpResponse:
    if session.mailbox_of(request):
        return redirect("own:page")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session.sign_in(request, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("own:page")
    return render(request, "own/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@mailbox_user
@require_POST
def sign_out(request: MailboxRequest) -> HttpResponse:
    session.sign_out(request)
    return redirect("own:sign_in")


@mailbox_user
def page(request: MailboxRequest) -> HttpResponse:
    """How full it is, how it came to that, and what mail programs are told."""
    mailbox, used = request.mailbox, request.mailbox.usage
    context = {
        **usage_of(mailbox, used),
        **history_of(mailbox, history.of(mailbox.pk, used)),
        **clientsettings.context(brands.of_account(mailbox.account), mailbox.address),
        "sent": sending.lately(mailbox),
    }
    return render(request, "own/page.html", context)


@mailbox_user
def apple_profile(request: MailboxRequest) -> HttpResponse:
    return profile_of(request.mailbox)


@mailbox_user
def rules(request: MailboxRequest) -> HttpResponse:
    """What is done with mail that comes in."""
    return render(request, "own/rules.html", page_of(request.mailbox, request.actor))


@mailbox_user
@require_POST
def forwarding(request: MailboxRequest) -> HttpResponse:
    form = save_forwarding(request.mailbox, request.POST, request.actor)
    return _answer(request, forwarding_form=form)


@mailbox_user
@require_POST
def auto_reply(request: MailboxRequest) -> HttpResponse:
    form = save_auto_reply(request.mailbox, request.POST, request.actor)
    return _answer(request, reply_form=form)


def _answer(request: MailboxRequest, **sent: ForwardingForm | AutoReplyForm) -> HttpResponse:
    if any(form.errors for form in sent.values()):
        context = {**page_of(request.mailbox, request.actor), **sent}
        return render(request, "own/rules.html", context, status=422)
    messages.success(request, _("Saved. It counts from the next message on."))
    return redirect("own:rules")


@mailbox_user
def sign_ins(request: MailboxRequest) -> HttpResponse:
    """Who opened the mailbox: its user would know a stranger."""
    found = SignIn.objects.of(request.mailbox)
    return render(request, "own/sign_ins.html", {"sign_ins": found})


@mailbox_user
def settings(request: MailboxRequest) -> HttpResponse:
    return render(request, "own/settings.html", _settings_of(request.mailbox))


def _settings_of(mailbox: Mailbox) -> dict[str, object]:
    known = Recovery.objects.filter(mailbox=mailbox).first()
    return {
        "recovery": known,
        "recovery_form": RecoveryForm(mailbox=mailbox, address=known.address if known else ""),
        "password_form": OwnPasswordForm(mailbox=mailbox),
        "language_form": LanguageForm(mailbox=mailbox),
    }


@mailbox_user
@require_POST
def password(request: MailboxRequest) -> HttpResponse:
    """Counts at once; who changes it stays signed in here, every other session ends."""
    mailbox = request.mailbox
    throttle(f"mailbox-old:{mailbox.pk}", limit=GUESSES, seconds=PERIOD_SECONDS)
    form = OwnPasswordForm(request.POST, mailbox=mailbox)
    if not form.is_valid():
        context = {**_settings_of(mailbox), "password_form": form}
        return render(request, "own/settings.html", context, status=422)
    services.change_password(
        mailbox=mailbox, password=form.cleaned_data["password"], actor=request.actor
    )
    mailbox.refresh_from_db(fields=["password_hash"])
    session.keep(request, mailbox)
    messages.success(request, _("The new password counts now. Type it into your mail programs."))
    return redirect("own:settings")


@mailbox_user
@require_POST
def language(request: MailboxRequest) -> HttpResponse:
    form = LanguageForm(request.POST, mailbox=request.mailbox)
    if not form.is_valid():
        context = {**_settings_of(request.mailbox), "language_form": form}
        return render(request, "own/settings.html", context, status=422)
    services.change_language(mailbox=request.mailbox, **form.cleaned_data, actor=request.actor)
    messages.success(request, _("Saved."))
    return redirect("own:settings")


@mailbox_user
@require_POST
def recovery_address(request: MailboxRequest) -> HttpResponse:
    """Another one, the same once more, or none."""
    mailbox = request.mailbox
    throttle(f"mailbox-old:{mailbox.pk}", limit=GUESSES, seconds=PERIOD_SECONDS)
    form = RecoveryForm(request.POST, mailbox=mailbox, address="")
    if not form.is_valid():
        context = {**_settings_of(mailbox), "recovery_form": form}
        return render(request, "own/settings.html", context, status=422)
    if address := form.cleaned_data["address"]:
        recovery.choose_address(mailbox=mailbox, address=address, actor=request.actor)
        messages.success(
            request, _("A link to confirm it is on its way to %(to)s.") % {"to": address}
        )
    else:
        recovery.remove_address(mailbox=mailbox, actor=request.actor)
        messages.success(request, _("Saved."))
    return redirect("own:settings")


@require_POST
def strength(request: HttpRequest) -> HttpResponse:
    """A fragment that judges the password being typed, also behind a mailed link. Nothing is kept.

    Limited by the IP, which may be that of a whole office.
    """
    throttle(f"strength-from:{get_adapter().get_client_ip(request)}", limit=300, seconds=60)
    typed = request.POST.get("password", "")
    score = passwords.strength(typed, request.POST.get("username", ""))
    return render(request, "mailboxes/strength.html", {"score": score, "typed": typed != ""})
