from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import brands
from accounts.forms import SuspensionForm
from accounts.http import MemberRequest, hosting
from accounts.models import Membership
from accounts.roles import Act
from accounts.room import Countable
from accounts.shares import share_of
from domains import limits, names
from domains.models import Domain
from kuploy.errors import Refused
from kuploy.paging import Page, paginate
from kuploy.throttle import throttle
from mailboxes import access, passwords, sending, services
from mailboxes.bands import band_gb, say_bands
from mailboxes.clientsettings import lookup, profile
from mailboxes.clientsettings import page as clientsettings
from mailboxes.elsewhere_forms import NewMailboxForm
from mailboxes.forms import MailboxEditForm, PasswordForm
from mailboxes.models import HostJob, Mailbox, MailboxInvitation, SignIn
from mailboxes.views import elsewhere
from quotas import history
from quotas.limits import Room
from quotas.models import Filling, FillingQuerySet, Point, Usage
from quotas.picture import draw

FILLS_UP = 80  # percent
# In the list beside the states, though it is none: an active or a disabled one may be suspended.
SUSPENDED = "suspended"
SIGN_INS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: what Dovecot last wrote, and the job that keeps it from going."""

    box: Mailbox
    space: Room
    messages: Room
    job: HostJob | None
    # Its user has not chosen a password yet.
    invited: bool

    @property
    def by_messages(self) -> bool:
        """It is their number that fills it up, not their size."""
        share = self.messages.percent or 0
        return share >= FILLS_UP and share > (self.space.percent or 0)


@hosting(Act.LOOK)
def index(request: MemberRequest) -> HttpResponse:
    query, state, over = (request.GET.get(name, "").strip() for name in ("q", "state", "over"))
    found, among = Mailbox.objects.visible_to(request.membership), _filling(request, over)
    if state == SUSPENDED:
        found = found.filter(suspension__gt=0)
        among = among.filter(mailbox_id__in=found.values("pk")) if among is not None else None
    elif state in Mailbox.State:
        found = found.filter(state=state)
        among = among.filter(state=state) if among is not None else None
    page = paginate(found, "address", request.GET, names.searchable(query), among=among)
    context = {
        "page": page,
        "rows": _with_usage(page),
        "query": query,
        "state": state,
        "states": [("", _("Any state")), *Mailbox.State.choices, (SUSPENDED, _("Suspended"))],
        "over": over,
        "overs": [("", _("Any use")), *shares()],
    }
    template = "mailboxes/index.html#list" if request.htmx else "mailboxes/index.html"
    return render(request, template, context)


def shares() -> list[tuple[str, str]]:
    return [("80", _("Over 80 %")), ("95", _("Over 95 %")), ("100", _("Full"))]


def _filling(request: MemberRequest, over: str) -> FillingQuerySet | None:
    if over not in dict(shares()):
        return None
    of_seat = Filling.objects.of(request.account.pk, request.membership.only_domain_ids)
    return of_seat.over(int(over))


def _with_usage(page: Page[Mailbox]) -> list[Row]:
    used = Usage.objects.in_bulk([box.address for box in page.rows])
    leaving = [box.pk for box in page.rows if box.state == Mailbox.State.DELETING]
    purges = HostJob.objects.filter(kind=HostJob.Kind.PURGE, mailbox_id__in=leaving)
    jobs = {job.mailbox_id: job for job in purges}
    invited = MailboxInvitation.objects.filter(mailbox__in=page.rows, first=True)
    waiting = set(invited.values_list("pk", flat=True))
    return [
        Row(box, *rooms(box, used.get(box.address)), jobs.get(box.pk), box.pk in waiting)
        for box in page.rows
    ]


def rooms(mailbox: Mailbox, usage: Usage | None) -> tuple[Room, Room]:
    """Of its space and of its message cap."""
    return (
        Room(usage.bytes if usage else 0, mailbox.quota_bytes),
        Room(usage.messages if usage else 0, mailbox.quota_messages),
    )


@hosting(Act.EDIT_MAILBOXES)
def add(request: MemberRequest) -> HttpResponse:
    domains = Domain.objects.visible_to(request.membership)
    initial = {name: request.GET.get(name, "") for name in ("domain", "quota_bytes")}
    if initial["quota_bytes"] == request.GET.get("usual_size"):
        del initial["quota_bytes"]  # not chosen: the domain before had it as its own
    form = NewMailboxForm(
        request.POST or None, initial=initial, domains=domains, plan=request.account.plan
    )
    if request.method == "POST" and form.is_valid():
        try:
            mailbox = elsewhere.create_mailbox(request, form.cleaned_data)
        except Refused as error:
            form.add_error("local_part", str(error))
        else:
            return redirect(mailbox)
    form.offer_domains(follow=request.path)
    say_bands(form, request.membership)
    context = {
        "form": form,
        "share": share_of(request.account, Countable.MAILBOX),
        "here": form.shown and limits.mailbox_room(form.shown),
    }
    template = "mailboxes/add.html#place" if request.htmx else "mailboxes/add.html"
    return render(request, template, context, status=422 if form.errors else 200)


@hosting(Act.LOOK)
def detail(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """State, usage and the settings for mail programs."""
    mailbox = access.get_mailbox(request.membership, mailbox_id)
    return render(request, "mailboxes/detail.html", page_of(mailbox, request.membership))


@hosting(Act.LOOK)
def apple_profile(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """For its user's device, with the name that mail from it bears."""
    mailbox = access.get_mailbox(request.membership, mailbox_id)
    return profile_of(mailbox)


def profile_of(mailbox: Mailbox) -> HttpResponse:
    domain, account = mailbox.domain.name, mailbox.account
    asked = lookup.Asked(mailbox.address, lookup.Hosted(domain, domain, account))
    return profile.answer(asked, lookup.servers(), mailbox.display_name)


@hosting(Act.LOOK)
def usage(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """The part of the page that waits for the answer of the mail host."""
    mailbox = access.get_mailbox(request.membership, mailbox_id)
    return render(request, "mailboxes/detail.html#usage", usage_of(mailbox, mailbox.usage))


def page_of(
    mailbox: Mailbox, seat: Membership, edit_form: MailboxEditForm | None = None
) -> dict[str, object]:
    used, edit_form = mailbox.usage, edit_form or MailboxEditForm(mailbox=mailbox)
    if not mailbox.is_postmaster:
        say_bands(edit_form, seat)
    return {
        **usage_of(mailbox, used),
        **history_of(mailbox, history.of(mailbox.pk, used)),
        "sent": sending.lately(mailbox),
        "job": HostJob.objects.filter(kind=HostJob.Kind.PURGE, mailbox_id=mailbox.pk).first(),
        "sign_ins": SignIn.objects.of(mailbox)[:SIGN_INS_SHOWN],
        "edit_form": edit_form,
        "password_form": PasswordForm(mailbox=mailbox),
        "suspension_form": SuspensionForm(
            step=mailbox.reseller_step, reason=mailbox.reseller_reason
        ),
        **clientsettings.context(brands.of_account(seat.account), mailbox.address),
        **elsewhere.page_of(mailbox),
    }


def usage_of(mailbox: Mailbox, used: Usage | None) -> dict[str, object]:
    space, count = rooms(mailbox, used)
    return {
        "mailbox": mailbox,
        "used": used,
        "space": space,
        "count": count,
        "fullest": max(space.percent or 0, count.percent or 0),
        "measuring": HostJob.objects.measuring(mailbox),
    }


def history_of(mailbox: Mailbox, points: list[Point]) -> dict[str, object]:
    return {
        "space_line": draw(points, "bytes", mailbox.quota_bytes, filesizeformat),
        "count_line": draw(points, "messages", mailbox.quota_messages, intcomma),
        "months": history.months(points),
    }


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def edit(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = MailboxEditForm(request.POST, mailbox=mailbox)
    if not form.is_valid():
        context = page_of(mailbox, request.membership, form)
        return render(request, "mailboxes/detail.html", context, status=422)
    before = band_gb(mailbox.quota_bytes)
    services.edit_mailbox(mailbox=mailbox, **form.cleaned_data, actor=request.actor)
    messages.success(request, _saved(before, band_gb(mailbox.quota_bytes)))
    return redirect(mailbox)


def _saved(before: int, after: int) -> str:
    if before == after:
        return _("Saved.")
    return _("Saved. It is invoiced as %(band)d GB now.") % {"band": after}


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def password(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_keys(request.membership, mailbox_id)
    form = PasswordForm(request.POST, mailbox=mailbox)
    if not form.is_valid():
        context = {**page_of(mailbox, request.membership), "password_form": form}
        return render(request, "mailboxes/detail.html", context, status=422)
    services.change_password(
        mailbox=mailbox, password=form.cleaned_data["password"], actor=request.actor
    )
    messages.success(request, _("The new password counts from now on."))
    elsewhere.warn_of_recovery(request, mailbox)
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def disable(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.disable_mailbox(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("%(address)s is disabled.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def enable(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.enable_mailbox(mailbox=mailbox, actor=request.actor)
    messages.success(request, _("%(address)s is active.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def measure(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    """The answer comes from the mail host, a moment after this page."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    services.measure_mailbox(mailbox=mailbox)
    if request.htmx:
        return render(request, "mailboxes/detail.html#usage", usage_of(mailbox, mailbox.usage))
    messages.success(request, _("Dovecot is asked how full %(address)s is.") % {"address": mailbox})
    return redirect(mailbox)


@hosting(Act.EDIT_MAILBOXES)
@require_POST
def strength(request: MemberRequest) -> HttpResponse:
    """A fragment that judges the password being typed. Nothing is kept."""
    throttle(f"strength:{request.actor.name}", limit=60, seconds=60)
    typed = request.POST.get("password", "")
    score = passwords.strength(typed, request.POST.get("local_part", ""))
    return render(request, "mailboxes/strength.html", {"score": score, "typed": typed != ""})
