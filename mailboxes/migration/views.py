from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, hosting, migrating
from accounts.roles import Act
from domains import names
from kuploy.errors import Refused
from kuploy.paging import paginate
from mailboxes.migration import access, cockpit, services
from mailboxes.migration.connecting import Server
from mailboxes.migration.forms import CorrectForm, SourceForm
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step


@hosting(Act.MIGRATE)
def index(request: MemberRequest) -> HttpResponse:
    page = paginate(request.account.migrations.all(), "-id", request.GET)
    context = {"page": page, "rows": cockpit.summaries(page.rows)}
    return render(request, "migration/index.html", context)


@migrating(Act.MIGRATE)
@never_cache
def add(request: MemberRequest) -> HttpResponse:
    form = SourceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = services.add_migration(
                account=request.account,
                server=_server(form.cleaned_data),
                rows=form.cleaned_data["rows"],
                since=form.cleaned_data["since"],
                master_user=form.cleaned_data["master_user"],
                master_password=form.cleaned_data["master_password"],
                actor=request.actor,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect(job)
    status = 422 if form.errors else 200
    return render(request, "migration/add.html", {"form": form}, status=status)


def _server(data: dict[str, Any]) -> Server:
    return Server(data["host"], data["port"], data["security"], not data["any_certificate"])


@migrating(Act.MIGRATE)
def detail(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    query, state = (request.GET.get(name, "").strip() for name in ("q", "state"))
    found = MigrationMailbox.objects.filter(job=job).select_related("mailbox")
    if state in State:
        found = found.filter(state=state)
    page = paginate(found, "address", request.GET, names.searchable(query))
    context = {
        "job": job,
        "page": page,
        "rows": cockpit.lines(page.rows),
        "query": query,
        "state": state,
        "states": [("", _("Any state")), *State.choices],
        "summary": cockpit.summary(job),
    }
    template = "migration/live.html" if request.htmx else "migration/detail.html"
    return render(request, template, context)


def _act(request: MemberRequest, job: MigrationJob, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(job)


@migrating(Act.MIGRATE)
@require_POST
def copy(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    services.begin(job=job, step=Step.COPY, actor=request.actor)
    return _act(request, job, _("The copy begins."))


@migrating(Act.MIGRATE)
@require_POST
def final(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    services.begin(job=job, step=Step.FINAL, actor=request.actor)
    return _act(request, job, _("The final copy begins."))


@migrating(Act.MIGRATE)
@require_POST
def test(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    services.test_again(job=job, actor=request.actor)
    return _act(request, job, _("What failed is tested again."))


@migrating(Act.MIGRATE)
@require_POST
def pause(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    services.pause(job=job, actor=request.actor)
    return _act(request, job, _("It is paused."))


@migrating(Act.MIGRATE)
@require_POST
def resume(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    services.resume(job=job, actor=request.actor)
    return _act(request, job, _("It goes on."))


@migrating(Act.MIGRATE)
def remove(request: MemberRequest, migration_code: UUID) -> HttpResponse:
    job = access.get_job(request.membership, migration_code)
    if request.method != "POST":
        return render(request, "migration/remove.html", {"job": job, "form": Form()})
    services.remove_migration(job=job, actor=request.actor)
    messages.success(request, _("The migration is removed. The mail that was copied stays."))
    return redirect("migration:list", request.account.slug)


@migrating(Act.MIGRATE)
@never_cache
def mailbox(request: MemberRequest, move_code: UUID) -> HttpResponse:
    move = access.get_move(request.membership, move_code)
    initial = {"remote_user": move.remote_user, "address": move.address}
    form = CorrectForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct(
                move=move,
                remote_user=form.cleaned_data["remote_user"],
                password=form.cleaned_data["remote_password"],
                address=form.cleaned_data["address"],
                actor=request.actor,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return _act(request, move.job, _("%(name)s is tested again.") % {"name": move})
    context = {"move": move, "line": cockpit.lines([move])[0], "form": form}
    template = "migration/mailbox.html#live" if request.htmx else "migration/mailbox.html"
    return render(request, template, context, status=422 if form.errors else 200)


@migrating(Act.MIGRATE)
@require_POST
def pause_mailbox(request: MemberRequest, move_code: UUID) -> HttpResponse:
    move = access.get_move(request.membership, move_code)
    services.pause(job=move.job, moves=[move], actor=request.actor)
    return redirect("migration:mailbox", request.account.slug, move.code)


@migrating(Act.MIGRATE)
@require_POST
def resume_mailbox(request: MemberRequest, move_code: UUID) -> HttpResponse:
    move = access.get_move(request.membership, move_code)
    services.resume(job=move.job, moves=[move], actor=request.actor)
    return redirect("migration:mailbox", request.account.slug, move.code)
