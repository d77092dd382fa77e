from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting
from accounts.models import Role
from accounts.room import Countable, room_for
from domains import names
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.paging import Page, paginate
from kuploy.throttle import throttle
from mailboxes import access, passwords, services
from mailboxes.forms import MailboxEditForm, MailboxForm, PasswordForm
from mailboxes.models import HostJob, Mailbox
from quotas.limits import Room
from quotas.models import Usage


@hosting(Role.VIEWER)
def index(request: MemberRequest) -> HttpResponse:
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = Mailbox.objects.visible_to(request.membership)
    if state in Mailbox.State:
        found = found.filter(state=state)
    page = paginate(found, "address", request.GET, names.searchable(query))
    context = {
        "page": page,
        "rows": _with_usage(page),
        "query": query,
        "state": state,
        "states": [("", _("Any state")), *Mailbox.State.choices],
        "room": room_for(request.account, Countable.MAILBOX),
    }
    template = "mailboxes/index.html#list" if request.htmx else "mailboxes/index.html"
    return render(request, template, context)


def _with_usage(page: Page[Mailbox]) -> list[tuple[Mailbox, Room, HostJob | None]]:
    """Each row with what Dovecot last wrote, and with the job that keeps it from going."""
    used = Usage.objects.in_bulk([box.address for box in page.rows])
    leaving = [box.pk for box in page.rows if box.state == Mailbox.State.DELETING]
    purges = HostJob.objects.filter(kind=HostJob.Kind.PURGE, mailbox_id__in=leaving)
    jobs = {job.mailbox_id: job for job in purges}
    return [(box, space(box, used.get(box.address)), jobs.get(box.pk)) for box in page.rows]


def space(mailbox: Mailbox, usage: Usage | None) -> Room:
    return Room(usage.bytes if usage else 0, mailbox.quota_bytes)


@hosting(Role.POSTMASTER)
def add(request: MemberRequest) -> HttpResponse:
    domains = Domain.objects.visible_to(request.membership)
    initial = {"domain": request.GET.get("domain", "")}
    form = MailboxForm(
        request.POST or None, initial=initial, domains=domains, plan=request.account.plan
    )
    if request.method == "POST" and form.is_valid():
        try:
            mailbox = services.create_mailbox(**form.cleaned_data, actor=request.actor)
        except Refused as error:
            form.add_error("local_part", str(error))
        else:
            messages.success(request, _("%(address)s is ready.") % {"address": mailbox})
            return redirect(mailbox)
    form.offer_domains()
    context = {
        "form": form,
        "room": room_for(request.account, Countable.MAILBOX),
    }
    return render(request, "mailboxes/add.html", context, status=422 if form.errors else 200)


@hosting(Role.VIEWER)
def detail(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """State, usage and the settings for mail programs."""
    mailbox = access.get_mailbox(request.membership, mailbox_id)
    return render(request, "mailboxes/detail.html", page_of(mailbox))


def page_of(mailbox: Mailbox) -> dict[str, object]:
    usage = mailbox.usage
    return {
        "mailbox": mailbox,
        "usage": usage,
        "space": space(mailbox, usage),
        "messages_room": Room(usage.messages if usage else 0, mailbox.quota_messages),
        "job": HostJob.objects.filter(kind=HostJob.Kind.PURGE, mailbox_id=mailbox.pk).first(),
        "edit_form": MailboxEditForm(mailbox=mailbox),
        "password_form": PasswordForm(mailbox=mailbox),
        "imap": {"host": settings.IMAP_HOST, "port": settings.IMAP_PORT},
        "smtp": {"host": settings.SMTP_HOST, "port": settings.SUBMISSION_PORT},
    }


@hosting(Role.POSTMASTER)
@require_POST
def edit(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = MailboxEditForm(request.POST, mailbox=mailbox)
    if not form.is_valid():
        context = {**page_of(mailbox), "edit_form": form}
        return render(request, "mailboxes/detail.html", context, status=422)
    services.edit_mailbox(mailbox=mailbox, **form.cleaned_data, actor=request.actor)
    messages.success(request, _("Saved."))
    return redirect(mailbox)


@hosting(Role.POSTMASTER)
@require_POST
def password(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = PasswordForm(request.POST, mailbox=mailbox)
    if not form.is_valid():
        context = {**page_of(mailbox), "password_form": form}
        return render(request, "mailboxes/detail.html", context, status=422)
    services.change_password(
        mailbox=mailbox, password=form.cleaned_data["password"], actor=request.actor
    )
    messages.success(request, _("The new password counts from now on."))
    return redirect(mailbox)


@hosting(Role.POSTMASTER)
@require_POST
def disable(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.disable_mailbox(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("%(address)s is disabled.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Role.POSTMASTER)
@require_POST
def enable(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.enable_mailbox(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("%(address)s is active.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Role.POSTMASTER)
@require_POST
def measure(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """The answer comes from the mail host, a moment after this page."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.measure_mailbox(mailbox=mailbox)
    messages.success(request, _("Dovecot is asked how full %(address)s is.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Role.POSTMASTER)
@require_POST
def strength(request: MemberRequest) -> HttpResponse:
    """A fragment that judges the password being typed. Nothing is kept."""
    throttle(f"strength:{request.user.pk}", limit=60, seconds=60)
    typed = request.POST.get("password", "")
    score = passwords.strength(typed, request.POST.get("local_part", ""))
    return render(request, "mailboxes/strength.html", {"score": score, "typed": typed != ""})
